import { Command, Option } from "commander";
import { exitCodeOf, registerAnalysis, registerCompletion, takesCluster } from "mesh-access/cli";
import { FailedAssertionsError } from "../settings/failedAssertions.js";
import { SettingsError } from "../settings/problem.js";
import { registerAdopt } from "./adopt.js";
import { packageVersion } from "./packageFile.js";
import { takesStack } from "./stackOption.js";
import { stacks } from "./stacks.js";

/** All commands. What would load the Pulumi SDK is loaded by the command that needs it: analysing files starts at once. */
export function commands(): Command {
  const program = new Command("mesh-egress")
    .description("Plans database egress through a service mesh, and shows which workload reaches which database.")
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError("(add --help for help)");
  takesCluster(takesStack(program.command("plan")))
    .description("Show the resources a stack would create, and who reaches what; with a cluster, on it as it is.")
    .addOption(new Option("-o, --output <format>", "format").choices(["tree", "json"]).default("tree"))
    .addHelpText(
      "after",
      "\nExamples:\n  mesh-egress plan --stack bookinfo\n  mesh-egress plan --config Pulumi.shop.yaml --context prod",
    )
    .action(async (options, command: Command) => (await import("./plan.js")).plan(options, command));
  takesStack(program.command("render"))
    .description("Print the Kubernetes manifests of a stack.")
    .addOption(new Option("-o, --output <format>", "format").choices(["yaml", "json"]).default("yaml"))
    .addOption(new Option("--out <dir>", "write one YAML file per object into a folder").conflicts("output"))
    .addHelpText("after", "\nExample:\n  mesh-egress render --stack rds --out manifests/")
    .action(async (options) => (await import("./render.js")).render(options));
  takesStack(program.command("metrics"))
    .description("Print scrape configuration, alert rules or the dashboard of a stack's egress gateway.")
    .addOption(new Option("--show <what>", "what to print").choices(["rules", "scrape", "dashboard"]).default("rules"))
    .addOption(new Option("--out <dir>", "write all three into a folder").conflicts("show"))
    .addHelpText("after", "\nExample:\n  mesh-egress metrics --config stacks/Pulumi.rds.yaml > rules.yaml")
    .action(async (options) => (await import("./metrics.js")).metrics(options));
  takesStack(program.command("roles"))
    .description("Print Roles that allow pulumi up and destroy of a stack, and nothing else.")
    .option("--user <name>", "user who gets them")
    .option("--group <name>", "group that gets them")
    .option("--service-account <namespace/name>", "service account that gets them")
    .addHelpText(
      "after",
      "\nExample:\n  mesh-egress roles --config Pulumi.shop.yaml --group deployers | kubectl apply --server-side -f -",
    )
    .action(async (options) => (await import("./roles.js")).roles(options));
  takesStack(program.command("validate"))
    .description("Check a stack's settings.")
    .addOption(new Option("-o, --output <format>", "format").choices(["text", "json"]).default("text"))
    .addHelpText("after", "\nExample:\n  mesh-egress validate --config stacks/Pulumi.rds.yaml")
    .action(async (options) => (await import("./validate.js")).validate(options));
  program
    .command("init")
    .description("Write a first stack file, by questions or by options.")
    .option("--out <file>", "file to write", "Pulumi.dev.yaml")
    .addOption(new Option("--cloud <cloud>", "where the cluster is").choices(["existing", "gke", "ack"]))
    .option("--project <id>", "project on Google Cloud")
    .option("--region <region>", "region of the cloud")
    .option("--from <range>", "range of the network that runs pulumi up, for the API server of ACK")
    .option("--host <name>", "host name of the database")
    .option("--protocol <name>", "protocol of the database")
    .option("--namespace <name>", "namespace of the application")
    .option("--account <name>", "service account of the application")
    .addHelpText(
      "after",
      "\nExample:\n  mesh-egress init --host orders.db.example.com --protocol postgres --namespace shop --account orders",
    )
    .action(async (options) => (await import("./init.js")).init(options));
  registerAnalysis(program, stacks);
  registerAdopt(program);
  registerCompletion(program);
  return program;
}

/** Runs one command line and returns its exit code: 0 fine, 1 refused input, 2 wrong usage. */
export function main(argv: string[]): Promise<number> {
  return exitCodeOf(
    () => commands().parseAsync(argv, { from: "user" }),
    (error): error is Error => error instanceof SettingsError || error instanceof FailedAssertionsError,
  );
}
