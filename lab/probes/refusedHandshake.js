// Goes through TLS handshakes without a certificate of its own, one after the other, and counts the refusals.
// Arguments: host, port, server name, how many.
import tls from "node:tls";

const [host, port, servername, count] = process.argv.slice(2);

/** With TLS 1.3 the client is done before the server refuses: what it reads first tells. */
function refused() {
  return new Promise((resolve) => {
    const socket = tls.connect({ host, port: Number(port), servername, rejectUnauthorized: false });
    socket.on("error", ({ message }) => resolve(message));
    socket.on("data", () => (socket.destroy(), resolve(undefined)));
  });
}

let refusals = 0;
let said = "";
for (let i = 0; i < Number(count); i += 1) {
  const message = await refused();
  if (message) refusals += 1;
  said = message ?? "a server's bytes";
}
console.log(`${refusals} refused: ${said}`);
