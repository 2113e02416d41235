import { mkdir, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { execa } from "execa";

/** A certificate and its key, as PEM files. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Longer than any run, short enough that a leaked key is soon worth nothing. */
const validDays = 2;

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];

/** An authority of this run's own, for servers inside the lab. */
export class CertificateAuthority {
  private constructor(
    private readonly folder: string,
    readonly certificate: Certificate,
  ) {}

  /** Makes a new authority whose files live in `folder`. */
  static async create(folder: string, commonName: string): Promise<CertificateAuthority> {
    await mkdir(folder, { recursive: true });
    const certificate = filesOf(folder, "ca");
    await makeCertificate(certificate, commonName, [
      "basicConstraints=critical,CA:TRUE",
      "keyUsage=critical,keyCertSign,cRLSign",
    ]);
    return new CertificateAuthority(folder, certificate);
  }

  /** Issues a server certificate for names and addresses; the files are named after `name`. */
  async issue(name: string, hosts: readonly string[]): Promise<Certificate> {
    const certificate = filesOf(this.folder, name);
    const names = hosts.map((host) => `${isIP(host) ? "IP" : "DNS"}:${host}`).join(",");
    const extensions = ["basicConstraints=critical,CA:FALSE", "extendedKeyUsage=serverAuth", `subjectAltName=${names}`];
    await makeCertificate(certificate, name, extensions, this.certificate);
    return certificate;
  }
}

function filesOf(folder: string, name: string): Certificate {
  return { certFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) };
}

async function makeCertificate(
  { certFile, keyFile }: Certificate,
  commonName: string,
  extensions: readonly string[],
  issuer?: Certificate,
): Promise<void> {
  const config = `${certFile}.cnf`; // its own: the machine's configuration would add extensions of its own
  await writeFile(
    config,
    `[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=${commonName}\n[ext]\n${extensions.join("\n")}\n`,
  );
  const signer = issuer ? ["-CA", issuer.certFile, "-CAkey", issuer.keyFile] : [];
  const files = ["-config", config, "-keyout", keyFile, "-out", certFile];
  await execa("openssl", ["req", "-x509", "-days", String(validDays), ...newKey, ...files, ...signer]);
}
