// The official Kubernetes provider, from its Go module.
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

func main() {
	provider.Serve("kubernetes", version.Version, schema(), asset("terraform-mapping.json"))
}

// schema is the module's, with the version that the linker sets.
func schema() []byte {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(asset("schema.json"), &parts); err != nil {
		log.Fatal(err)
	}
	parts["version"] = json.RawMessage(`"` + version.Version + `"`)
	text, err := json.Marshal(parts)
	if err != nil {
		log.Fatal(err)
	}
	return text
}

// asset reads a file of the module; the build copies it to the folder above this program's.
func asset(name string) []byte {
	program, err := os.Executable()
	if err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(program), "..", name))
	if err != nil {
		log.Fatal(err)
	}
	return text
}
