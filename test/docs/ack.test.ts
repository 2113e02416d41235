import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readYaml } from "mesh-access/yaml";
import type { PlannedResource } from "../../plan/recording.js";
import { planStack } from "../../plan/stack.js";
import { project } from "../../settings/project.js";
import { writeStack } from "../plan/stackFiles.js";
import { pageTable } from "./pageTable.js";

const page = readFileSync("docs/clouds/ack.md", "utf8");

const table = (heading: string) => pageTable(page, heading);

/** Plans of the stack files that the page shows. One by one: a program's config is the process's. */
async function plans(): Promise<PlannedResource[][]> {
  const planned: PlannedResource[][] = [];
  for (const [, text = ""] of page.matchAll(/```yaml\n([^]*?)```/g)) {
    const { config } = readYaml(text).value as { config: Record<string, unknown> };
    const entries = Object.entries(config);
    const isOwn = ([key]: [string, unknown]) => key.startsWith(`${project}:`);
    const own = entries.filter(isOwn).map(([key, value]) => [key.slice(project.length + 1), value] as const);
    const foreign = Object.fromEntries(entries.filter((entry) => !isOwn(entry)));
    planned.push((await planStack(writeStack(Object.fromEntries(own), foreign))).resources);
  }
  return planned;
}

describe("The page about ACK", () => {
  let all: PlannedResource[][];
  let first: PlannedResource[];
  before(async () => {
    all = await plans();
    [first = []] = all;
  });
  const of = (type: string) => first.filter((resource) => resource.type.endsWith(`:${type}`));

  it("shows stacks that can be planned, and two databases of RDS among them", () => {
    const created = all.flatMap((resources) =>
      resources.filter(({ type }) => type === "alicloud:rds/instance:Instance"),
    );
    assert.deepEqual(
      created.map(({ inputs }) => [inputs["engine"], inputs["category"]]),
      [
        ["MySQL", "HighAvailability"],
        ["PostgreSQL", "HighAvailability"],
      ],
    );
  });

  it("names service and policies for every kind of resource that a stack creates, and for no other", () => {
    const kinds = new Set(first.flatMap(({ type }) => /^alicloud:\w+/.exec(type) ?? []));
    assert.deepEqual(
      table("resources").map(([kind]) => kind?.replaceAll("`", "")),
      [...kinds].sort(),
    );
  });

  it("activates every service that it names", () => {
    const named = new Set(table("resources").flatMap(([, service]) => (service ? [service] : [])));
    assert.deepEqual([...named].sort(), ["ACK", "ASM", "SLS", "flow logs"]);
    for (const command of [
      "cs OpenAckService",
      "sls OpenSlsService",
      "vpc OpenFlowLogService",
      "servicemesh.aliyuncs.com",
    ])
      assert.ok(page.includes(command), command);
  });

  it("counts what the quotas must hold", () => {
    const amounts = Object.fromEntries(
      table("quota").map(([quota, amount]) => [quota, Number(/^\d+/.exec(amount ?? "")?.[0])]),
    );
    const cpus: Record<string, number> = { "ecs.g7.xlarge": 4, "ecs.g7.large": 2 };
    const pools = of("NodePool").map(({ inputs }) => {
      const [type = ""] = inputs["instanceTypes"] as string[];
      return (cpus[type] ?? 0) * Number(inputs["desiredSize"]);
    });
    const ofGroup = (group: string) =>
      of("SecurityGroupRule").filter(({ name }) => name.startsWith(`platform-cluster-vpc-${group}-group-`)).length;
    assert.deepEqual(amounts, {
      "vCPUs of the instance types, pay as you go": pools.reduce((sum, each) => sum + each, 0),
      "elastic IP addresses": of("EipAddress").length,
      "vSwitches of the VPC": of("Switch").length,
      "rules of a security group": ofGroup("nodes"),
    });
    // One authorized network.
    assert.equal(ofGroup("nodes"), ofGroup("gateway") + 1);
  });
});
