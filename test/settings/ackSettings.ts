export const zone = { zone: "cn-hangzhou-i", nodes: "10.0.0.0/24", pods: "10.64.0.0/20", gateway: "10.65.0.0/24" };

const pool = { instanceTypes: ["ecs.g7.large"] };

/** A cluster on ACK with as little as it takes, in a VPC that exists. */
export const ackSettings = {
  cloud: "ack",
  region: "cn-hangzhou",
  vpcId: "vpc-1",
  zones: [zone],
  nodePool: pool,
  gatewayPool: pool,
};
