import { trafficModeNames } from "../../settings/trafficModes.js";
import { kafkaNames } from "./kafkaListeners.js";
import { hostOf, labProtocols, machineAddresses, machineOf, wildcardGroups, wildcardHost } from "./names.js";

/** Every name outside, with the address DNS answers. */
export function outsideNames(): Record<string, string> {
  const matrix = trafficModeNames.flatMap((mode) =>
    labProtocols.map((protocol) => [hostOf(mode, protocol), machineAddresses[machineOf[protocol]]]),
  );
  const wildcards = wildcardGroups.flatMap((group) => [
    [`one.${group}.example.com`, machineAddresses.web],
    [`two.${group}.example.com`, machineAddresses.web],
    [`far.${group}.example.com`, machineAddresses.archive],
    [wildcardHost(group, "postgres").replace("*", "one"), machineAddresses.postgres],
  ]);
  return Object.fromEntries([
    ["rm-example.mysql.rds.aliyuncs.com", machineAddresses.rds],
    ["rm-stock.mysql.rds.aliyuncs.com", machineAddresses.stock],
    ["mongo.db.example.com", machineAddresses.mongo],
    ["orders.db.example.com", machineAddresses.postgres],
    ["stock.db.example.com", machineAddresses.stock],
    ["unlisted.example.com", machineAddresses.web],
    ...matrix,
    ...wildcards,
    ...kafkaNames(),
  ]) as Record<string, string>;
}
