import { company } from "./company.js";
import { destinationRule } from "./destinationRule.js";
import { exports } from "./exports.js";
import { gateway, service } from "./gateway.js";
import { network } from "./networkPolicy.js";
import type { Operator } from "./operator.js";
import { authorization, peersAndScopes } from "./policy.js";
import { serviceEntry } from "./serviceEntry.js";
import { virtualService } from "./virtualService.js";

/** Changes to what proxies are told. */
export const meshOperators: readonly (readonly Operator[])[] = [
  exports,
  serviceEntry,
  company,
  virtualService,
  destinationRule,
  gateway,
  service,
  authorization,
  peersAndScopes,
];

/** Changes to the network underneath. */
export const networkOperators: readonly (readonly Operator[])[] = [network];
