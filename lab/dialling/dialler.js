// `node dialler.js`: reads one JSON request a line, dials, and writes one JSON line for each. It runs in a pod's network, as
// the user whose connections are to be tried. A client's own program would take longer to start than a connection lives,
// and there are tens of thousands of these.
import { createHash } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { connect as connectTls } from "node:tls";

/** What MariaDB is asked: which server it is, and from which address the connection came. */
const question = "SELECT CONCAT(name, ' ', SUBSTRING_INDEX(USER(), '@', -1)) FROM lab.identity";

createInterface({ input: process.stdin }).on("line", (line) => void answer(JSON.parse(line)));

/** Answers with `stage`: how far the connection came. */
async function answer(request) {
  const seen = { id: request.id, stage: "nothing", said: "" };
  try {
    await bounded(request, seen);
  } catch (error) {
    seen.said ||= error.message;
  }
  process.stdout.write(`${JSON.stringify(seen)}\n`);
}

async function bounded({ host, address, known, port, dns, timeoutMs, speaks, password }, seen) {
  const deadline = AbortSignal.timeout(timeoutMs);
  const target = address ?? (await resolve(host, dns, timeoutMs / 2).catch(() => known));
  const socket = connect({ host: target, port, signal: deadline });
  try {
    await Promise.race([
      languages[speaks](socket, { host, password }, seen),
      new Promise((_, reject) => {
        socket.once("error", (error) => reject(deadline.aborted ? new Error(`time-out, ${target}`) : error));
        socket.once("close", () => reject(new Error(`closed, ${target}`)));
      }),
    ]);
  } finally {
    socket.destroy();
  }
}

const languages = {
  mysql: (socket, { password }, seen) => mysql(socket, password, seen),
  https: (socket, { host }, seen) => https(tlsTo(socket, host), host, seen),
  mongo: (socket, _, seen) => mongo(socket, seen),
  "mongo-tls": (socket, { host }, seen) => mongo(tlsTo(socket, host), seen),
};

/** Certificates are not looked at: what the server says tells who it is. */
const tlsTo = (socket, host) => connectTls({ socket, servername: host, rejectUnauthorized: false });

/** Asked of the cluster's DNS, which the sidecar may answer in its place. */
async function resolve(host, dns, timeoutMs) {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  resolver.setServers([dns]);
  const [first] = await resolver.resolve4(host);
  return first;
}

async function https(secure, host, seen) {
  secure.write(`GET / HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
  let text = "";
  await new Promise((resolve, reject) => {
    secure.on("data", (chunk) => (text += chunk));
    secure.once("end", resolve);
    secure.once("error", reject);
  });
  if (!text) throw new Error("closed, with nothing said");
  Object.assign(seen, { stage: "answer", said: text.trim().split("\n").at(-1) });
}

/** Asks a server of MongoDB's protocol from which address the connection came. */
async function mongo(socket, seen) {
  const text = (value) => Buffer.from(`${value}\0`);
  const number = (value) => Buffer.from(Int32Array.of(value).buffer);
  const fields = [Buffer.from([0x10]), text("whatsmyuri"), number(1), Buffer.from([0x02]), text("$db"), number(6)];
  const body = Buffer.concat([...fields, text("admin"), Buffer.from([0])]);
  const message = Buffer.concat([number(0), Buffer.from([0]), number(body.length + 4), body]); // flags, kind of section
  const [request, inAnswerTo, opMsg] = [1, 0, 2013];
  socket.write(Buffer.concat([...[message.length + 16, request, inAnswerTo, opMsg].map(number), message]));
  const reply = await new Promise((resolve, reject) => socket.once("data", resolve).once("error", reject));
  const address = /you\0.{4}([\d.]+):/s.exec(reply.toString("latin1"))?.[1];
  Object.assign(seen, { stage: "answer", said: address ? `mongo ${address}` : "an answer without an address" });
}

/** Logs in by MySQL's protocol and asks. */
async function mysql(socket, password, seen) {
  const packets = packetsOf(socket);
  const next = async () => {
    const { value } = await packets.next();
    if (value?.[0] === 0xff) throw new Error(value.subarray(9).toString());
    return value;
  };
  const handshake = await next();
  Object.assign(seen, { stage: "handshake", said: "the handshake packet only" });
  send(socket, 1, login(handshake, password));
  await next();
  send(socket, 0, Buffer.concat([Buffer.from([0x03]), Buffer.from(question)])); // COM_QUERY
  const [, , , row] = [await next(), await next(), await next(), await next()]; // count, column, end of columns, row
  Object.assign(seen, { stage: "answer", said: row.subarray(1).toString() });
}

async function* packetsOf(socket) {
  let buffered = Buffer.alloc(0);
  for await (const chunk of socket) {
    buffered = Buffer.concat([buffered, chunk]);
    for (;;) {
      const length = buffered.length < 4 ? Infinity : buffered.readUIntLE(0, 3);
      if (buffered.length < 4 + length) break;
      yield buffered.subarray(4, 4 + length);
      buffered = buffered.subarray(4 + length);
    }
  }
  throw new Error("closed by the server");
}

function send(socket, sequence, payload) {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header[3] = sequence;
  socket.write(Buffer.concat([header, payload]));
}

/** HandshakeResponse41 as root, with mysql_native_password. */
function login(handshake, password) {
  const challenge = handshake.indexOf(0, 1) + 1 + 4; // after protocol, version and thread id
  const scramble = Buffer.concat([
    handshake.subarray(challenge, challenge + 8),
    handshake.subarray(challenge + 27, challenge + 39),
  ]);
  const [protocol41, secureConnection, pluginAuth] = [0x200, 0x8000, 0x80000];
  const head = Buffer.alloc(32);
  head.writeUInt32LE(protocol41 | secureConnection | pluginAuth, 0);
  head.writeUInt32LE(1 << 24, 4); // longest packet
  head[8] = 33; // utf8
  const proof = xor(sha1(password), sha1(scramble, sha1(sha1(password))));
  return Buffer.concat([head, Buffer.from("root\0\x14"), proof, Buffer.from("mysql_native_password\0")]);
}

const sha1 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha1")).digest();
const xor = (left, right) => Buffer.from(left.map((byte, index) => byte ^ right[index]));
