// Opens connections and keeps them: host, port, how many, milliseconds to keep them.
import net from "node:net";

const [host, port, count, heldMs] = process.argv.slice(2);

for (let i = 0; i < Number(count); i += 1) {
  const socket = net.connect(Number(port), host);
  socket.on("data", () => undefined);
  socket.on("error", () => undefined);
}
setTimeout(() => process.exit(0), Number(heldMs));
