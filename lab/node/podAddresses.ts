import { createHash } from "node:crypto";

/** The host end of a pod's veth pair, named as Calico names it, so that Felix recognises the workload. */
export function hostInterface(namespace: string, pod: string): string {
  const hash = createHash("sha1").update(`${namespace}.${pod}`).digest("hex");
  return `cali${hash.slice(0, 11)}`; // 15 characters, the kernel's limit for an interface name
}

/** Hands out a pod network's addresses in turn, so that one just released is the last to be used again. */
export class PodAddresses {
  private readonly first: number;
  private readonly size: number;
  private readonly used = new Set<number>();
  private next: number;

  /**
   * @param cidr the pod network, such as `10.244.0.0/16`
   * @param reserved addresses kept at its start, for the node itself
   */
  constructor(
    cidr: string,
    private readonly reserved = 256,
  ) {
    const [address = "", bits = ""] = cidr.split("/");
    this.first = toNumber(address);
    this.size = 2 ** (32 - Number(bits));
    this.next = reserved;
    if (!(this.size > reserved + 1)) {
      throw new Error(`The pod network ${cidr} is too small: it needs more than ${reserved + 1} addresses.`);
    }
  }

  take(): string {
    for (let tried = 0; tried < this.size; tried++) {
      const offset = this.next;
      this.next = offset + 2 < this.size ? offset + 1 : this.reserved; // the last address is the broadcast
      if (!this.used.has(offset)) {
        this.used.add(offset);
        return toAddress(this.first + offset);
      }
    }
    throw new Error("Every address of the pod network is in use. Give the lab a larger one.");
  }

  release(address: string): void {
    this.used.delete(toNumber(address) - this.first);
  }
}

function toNumber(address: string): number {
  return address.split(".").reduce((number, octet) => number * 256 + Number(octet), 0);
}

function toAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
