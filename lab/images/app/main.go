// Command app is every sample application of the scenarios in one small program: its first argument says which service
// it is to be. Each answers on the originals' ports and paths and calls what the original calls, so that routes,
// policies and redirection meet the traffic they would meet there.
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// services maps a name to the server it runs. Each returns only when it fails.
var services = map[string]func() error{
	"productpage": productPage,
	"details":     details,
	"reviews-v1":  func() error { return reviews(reviewsVersion{}) },
	"reviews-v2":  func() error { return reviews(reviewsVersion{withRatings: true, color: "black"}) },
	"reviews-v3":  func() error { return reviews(reviewsVersion{withRatings: true, color: "red"}) },
	"ratings-v1":  func() error { return ratings(fixedRatings) },
	"ratings-v2":  ratingsFromMongo,

	"retail-ui":      retailUI,
	"retail-catalog": retailCatalog,
	"retail-orders":  retailOrders,

	"boutique-frontend":      boutiqueFrontend,
	"boutique-grpc":          boutiqueBackend,
	"boutique-loadgenerator": boutiqueLoad,

	"page":   page,
	"traces": collectTraces,
}

func main() {
	name := ""
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	run, known := services[name]
	if !known {
		names := []string{}
		for name := range services {
			names = append(names, name)
		}
		slices.Sort(names)
		fmt.Fprintf(os.Stderr, "usage: app SERVICE, one of %s\n", strings.Join(names, ", "))
		os.Exit(2)
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
