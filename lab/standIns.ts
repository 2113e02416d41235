/** Something of a user's deployment that the lab replaces. */
export interface StandIn {
  readonly what: string;
  readonly by: string;
  /** Where it is written. */
  readonly source: string;
}

/** All of them, for the documents. What the lab changes of a single stack is in the report of its run. */
export const standIns: readonly StandIn[] = [
  {
    what: "the providers of Google Cloud and Alibaba Cloud",
    by: "a plug-in that keeps an inventory by the vendors' rules, and hands out API servers of the lab, whose nodes report pods ready that do not run",
    source: "lab/cloud",
  },
  {
    what: "today's language hosts of Pulumi for Node and Python",
    by: "those of release 3.68, the last that Go modules contain, where a scenario runs `pulumi` as a user does; the others use Pulumi's Automation API",
    source: "lab/servers/language-hosts",
  },
  {
    what: "the cloud's load balancers",
    by: "a controller that gives Services an address",
    source: "lab/controlplane/loadBalancers.ts",
  },
  {
    what: "kubelet and container images",
    by: "an agent that runs programs of the machine in network namespaces, and smaller sample applications",
    source: "lab/node",
  },
  {
    what: "Prometheus' discovery of pods",
    by: "files with what it would find, for Debian's Prometheus is built without it",
    source: "lab/alerts/discovery.ts",
  },
  {
    what: "MongoDB and Kafka",
    by: "servers that speak their protocols: one of FerretDB's parts, and brokers of the lab's own",
    source: "lab/servers",
  },
];
