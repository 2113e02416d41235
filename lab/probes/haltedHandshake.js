// Begins TLS handshakes and leaves them there: a ClientHello with a server name, then nothing.
// Arguments: host, port, server name, how many, milliseconds to hold them.
import net from "node:net";
import { Duplex } from "node:stream";
import tls from "node:tls";

const [host, port, servername, count, heldMs] = process.argv.slice(2);

/** The first message of a handshake, as a real client writes it. */
function clientHello() {
  return new Promise((resolve) => {
    const wire = new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        resolve(chunk);
        done();
      },
    });
    tls.connect({ socket: wire, servername, rejectUnauthorized: false }).on("error", () => undefined);
  });
}

const hello = await clientHello();
const begun = Array.from(
  { length: Number(count) },
  () =>
    new Promise((resolve, reject) => {
      const socket = net.connect(Number(port), host, () => socket.write(hello, () => resolve(socket)));
      socket.on("error", reject);
    }),
);
const sockets = await Promise.all(begun);
console.log(`${sockets.length} begun`);
setTimeout(() => process.exit(0), Number(heldMs));
