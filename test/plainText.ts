// What tests read must not depend on the terminal they run in: CI services and terminals would get colours.
process.env["NO_COLOR"] = "1";
delete process.env["FORCE_COLOR"];
