import { execa } from "execa";
import { listens, type Machine } from "./machine.js";

/** Redis, plain and over TLS; its key `identity` says which machine it is. */
export function redis(name: string, address: string): Machine {
  const [port, tlsPort] = [6379, 6380];
  return {
    name,
    address,
    ports: [port, tlsPort],
    start: async (place, { password, certificate }) => {
      const network = ["--bind", address, "--port", String(port), "--requirepass", password];
      const tls = ["--tls-port", String(tlsPort), "--tls-cert-file", certificate.certFile];
      const key = ["--tls-key-file", certificate.keyFile, "--tls-auth-clients", "no"];
      await place.server("redis-server", [...network, ...tls, ...key, "--save", "", "--dir", place.folder], {
        ready: () => listens(address, tlsPort),
      });
      await execa("redis-cli", ["-h", address, "SET", "identity", name], { env: { REDISCLI_AUTH: password } });
    },
  };
}
