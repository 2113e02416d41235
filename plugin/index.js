import { serve } from "pulumi-mesh-egress/plugin";

await serve(process.argv.slice(2));
