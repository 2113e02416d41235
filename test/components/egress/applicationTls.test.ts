import assert from "node:assert/strict";
import { applicationTlsModule } from "../../../components/egress/applicationTlsModule.js";

/** What Node has of WebAssembly, as far as the test needs it: the language's own types do not know it. */
declare const WebAssembly: {
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
};

/** What the module offers its host, by the proxy-wasm ABI. */
interface Filter {
  memory: { buffer: ArrayBuffer };
  proxy_on_memory_allocate(size: number): number;
  proxy_on_vm_start(context: number, size: number): number;
  proxy_on_new_connection(connection: number): number;
  proxy_on_downstream_data(connection: number, size: number, ended: number): number;
  proxy_on_delete(connection: number): void;
}

const buffers = { downstream: 2, configuration: 6 };

/** The filter in a host that keeps what a connection has sent until it passes, as Envoy does. */
class Host {
  #data: Buffer = Buffer.alloc(0);
  #closed = 0;
  readonly #filter: Filter;

  constructor(spoken: string) {
    const env = {
      proxy_get_buffer_bytes: (type: number, start: number, most: number, address: number, size: number) => {
        const source = type === buffers.configuration ? Buffer.from(spoken) : this.#data;
        const part = source.subarray(start, start + most);
        const at = this.#filter.proxy_on_memory_allocate(part.length);
        new Uint8Array(this.#filter.memory.buffer).set(part, at);
        const view = new DataView(this.#filter.memory.buffer);
        view.setUint32(address, at, true);
        view.setUint32(size, part.length, true);
        return 0;
      },
      proxy_close_stream: () => {
        this.#closed++;
        return 0;
      },
    };
    const module = new WebAssembly.Module(Buffer.from(applicationTlsModule, "base64"));
    this.#filter = new WebAssembly.Instance(module, { env }).exports as Filter;
    assert.equal(this.#filter.proxy_on_vm_start(1, spoken.length), 1);
  }

  open(connection: number): string {
    return this.#after(() => this.#filter.proxy_on_new_connection(connection));
  }

  close(connection: number): void {
    this.#filter.proxy_on_delete(connection);
  }

  send(connection: number, data: Buffer, ended = 0): string {
    this.#data = data;
    return this.#after(() => this.#filter.proxy_on_downstream_data(connection, data.length, ended));
  }

  #after(call: () => number): string {
    this.#closed = 0;
    const stops = call();
    return this.#closed > 0 ? "closed" : stops ? "waits" : "passes";
  }
}

/** What becomes of a connection that sends these, one after the other; what waits is sent again with what follows. */
function sent(host: Host, ...chunks: Buffer[]): string[] {
  host.open(7);
  let kept = Buffer.alloc(0);
  const results = chunks.map((chunk) => {
    kept = Buffer.concat([kept, chunk]);
    const result = host.send(7, kept);
    if (result === "passes") kept = Buffer.alloc(0);
    return result;
  });
  host.close(7);
  return results;
}

const hello = Buffer.from([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3]);
const postgres = {
  asks: Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]),
  starts: Buffer.from([0, 0, 0, 20, 0, 3, 0, 0, ...Buffer.from("user\0shop\0\0\0")]),
  cancels: Buffer.from([0, 0, 0, 16, 0x04, 0xd2, 0x16, 0x2e, 0, 0, 0, 1, 0, 0, 0, 2]),
  asksForGss: Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30]),
};

/** MySQL's first packet of a client: with 32 bytes and CLIENT_SSL a request for TLS. */
function mysqlPacket(size: number, capabilities: number): Buffer {
  const packet = Buffer.alloc(4 + size);
  packet.writeUInt32LE(size | (1 << 24), 0);
  packet.writeUInt32LE(capabilities, 4);
  return packet;
}
const clientSsl = 0x0800;

describe("The gateway's filter for TLS of the application's own", () => {
  const rows: [what: string, spoken: string, chunks: Buffer[], results: string[]][] = [
    ["TLS at once", "tls", [hello, postgres.starts], ["passes", "passes"]],
    ["no TLS", "tls", [postgres.starts], ["closed"]],
    ["a request that only Postgres knows", "tls", [postgres.asks], ["closed"]],
    ["TLS in small pieces", "tls", [hello.subarray(0, 2), hello.subarray(2)], ["waits", "passes"]],
    ["Postgres that asks", "postgres", [postgres.asks, hello, postgres.starts], ["passes", "passes", "passes"]],
    [
      "Postgres that asks in pieces",
      "postgres",
      [postgres.asks.subarray(0, 5), postgres.asks.subarray(5)],
      ["waits", "passes"],
    ],
    ["Postgres that does not wait for the answer", "postgres", [Buffer.concat([postgres.asks, hello])], ["passes"]],
    ["Postgres of version 17 with TLS at once", "postgres", [hello], ["passes"]],
    ["Postgres without TLS", "postgres", [postgres.starts], ["closed"]],
    [
      "Postgres that goes on in plain when the server says no",
      "postgres",
      [postgres.asks, postgres.starts],
      ["passes", "closed"],
    ],
    [
      "Postgres that asks and goes on in plain at once",
      "postgres",
      [Buffer.concat([postgres.asks, postgres.starts])],
      ["closed"],
    ],
    ["Postgres that asks twice", "postgres", [postgres.asks, postgres.asks], ["passes", "closed"]],
    ["Postgres that cancels in plain", "postgres", [postgres.cancels], ["closed"]],
    ["Postgres that asks for Kerberos", "postgres", [postgres.asksForGss], ["closed"]],
    ["MySQL that asks", "mysql", [mysqlPacket(32, clientSsl | 1), hello], ["passes", "passes"]],
    ["MySQL that does not wait", "mysql", [Buffer.concat([mysqlPacket(32, clientSsl | 1), hello])], ["passes"]],
    [
      "MySQL that asks in pieces",
      "mysql",
      [mysqlPacket(32, clientSsl).subarray(0, 9), mysqlPacket(32, clientSsl).subarray(9)],
      ["waits", "passes"],
    ],
    ["MySQL that logs in without TLS", "mysql", [mysqlPacket(80, 1)], ["closed"]],
    ["MySQL that logs in with the flag and without TLS", "mysql", [mysqlPacket(80, clientSsl | 1)], ["closed"]],
    ["MySQL that goes on in plain", "mysql", [mysqlPacket(32, clientSsl), mysqlPacket(80, 1)], ["passes", "closed"]],
  ];
  for (const [what, spoken, chunks, results] of rows)
    it(`decides about ${what}`, () => assert.deepEqual(sent(new Host(spoken), ...chunks), results));

  it("closes a connection that ends before it says what it is", () => {
    const host = new Host("postgres");
    host.open(1);
    assert.equal(host.send(1, postgres.asks.subarray(0, 4), 1), "closed");
  });

  it("keeps connections apart, whichever come and go", () => {
    const host = new Host("postgres");
    for (const connection of [1, 2, 3]) host.open(connection);
    assert.equal(host.send(2, postgres.asks), "passes");
    host.close(1);
    assert.equal(host.send(3, postgres.starts), "closed");
    assert.equal(host.send(2, postgres.starts), "closed");
    host.open(4);
    assert.deepEqual([host.send(4, hello), host.send(4, postgres.starts)], ["passes", "passes"]);
  });

  it("refuses further connections where so many wait that it cannot watch them", () => {
    const host = new Host("tls");
    const opened = Array.from({ length: 8192 }, (_, index) => host.open(index + 1));
    assert.deepEqual([opened.at(-2), opened.at(-1)], ["passes", "closed"]);
    host.close(1);
    assert.equal(host.open(9000), "passes");
    assert.equal(host.send(9000, postgres.starts), "closed");
  });
});
