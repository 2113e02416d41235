import { nameOf } from "../model/objectName.js";
import { message } from "../messages/index.js";
import type { Finding, KubernetesObject, Workload, World } from "../model/model.js";
import { ascending } from "../model/order.js";
import { podPlace } from "../model/podOwners.js";
import { evidence } from "./evidence.js";

interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
}

/** A taint that sets nodes apart, and the gateway whose pods tolerate it and run there only. */
interface SetApart {
  gateway: KubernetesObject;
  taint: Toleration & { key: string };
}

/** Pods of Kubernetes itself are on every node. */
const systemNamespace = "kube-system";

/** Taints that nodes get by themselves: who tolerates them waits, and is not meant to run on nodes of its own. */
const conditions = "node.kubernetes.io/";

/** Workloads whose pods may run on nodes that are set apart for a gateway, where they have its address and its place on allow-lists. */
export function gatewayNodeGuests(world: World): Finding[] {
  const apart = setApart(world);
  return [...new Map(apart.map(({ taint }) => [taint.key, taint.key])).keys()].flatMap((key): Finding[] => {
    const own = apart.filter(({ taint }) => taint.key === key);
    const guests = world.workloads.flatMap((workload) => guest(workload, own));
    if (guests.length === 0) return [];
    const [first] = own;
    const args = {
      guests: guests.map(({ object }) => nameOf(object)).sort(ascending),
      gateway: first ? nameOf(first.gateway) : "",
      taint: key,
    };
    const because = guests.map(({ object, field }) =>
      evidence(object, field, message("tolerates-taint", { taint: key })),
    );
    return [{ ...message("gateway-node-guest", args), because }];
  });
}

function setApart(world: World): SetApart[] {
  const gateways = [
    ...world.workloads.filter(({ gateway }) => gateway).map(({ object }) => object),
    ...world.objects.filter(({ kind }) => kind === "IstioGateway"),
  ];
  return gateways.flatMap((gateway) => {
    const { nodeSelector, tolerations = [] } = podPlace(gateway).spec;
    if (!nodeSelector || Object.keys(nodeSelector).length === 0) return [];
    return tolerations.flatMap((toleration) =>
      toleration.key && !toleration.key.startsWith(conditions)
        ? [{ gateway, taint: { ...toleration, key: toleration.key } }]
        : [],
    );
  });
}

function guest(workload: Workload, apart: readonly SetApart[]): { object: KubernetesObject; field: string }[] {
  const { object, gateway, namespace } = workload;
  if (gateway || namespace === systemNamespace) return [];
  const { spec, path } = podPlace(object);
  const index = (spec.tolerations ?? []).findIndex((each) => apart.some(({ taint }) => admits(each, taint)));
  return index < 0 ? [] : [{ object, field: `${path}.tolerations[${index}]` }];
}

/** Whether a toleration lets a pod onto nodes with the taint that another one, the gateway's, is for. */
function admits({ key, operator = "Equal", value }: Toleration, taint: SetApart["taint"]): boolean {
  if (!key) return operator === "Exists";
  if (key !== taint.key) return false;
  return operator !== "Equal" || taint.value === undefined || value === taint.value;
}
