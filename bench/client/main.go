// Command client does one kind of work on a database, over and over for a while, and says how long each turn took.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// turn is one piece of work on a server.
type turn func(ctx context.Context) error

// work makes turns, and what ends them: each connection has its own.
type work func(address string) (turn, func(), error)

// worksOf maps names to the kinds of work a server of this address can do.
func worksOf(address string) map[string]work {
	if strings.HasPrefix(address, "mongodb://") {
		return mongoWorks
	}
	return mysqlWorks
}

// connecting does a piece of work on a connection of its own.
func connecting(open work) work {
	return func(address string) (turn, func(), error) {
		return func(ctx context.Context) error {
			once, end, err := open(address)
			if err != nil {
				return err
			}
			defer end()
			return once(ctx)
		}, func() {}, nil
	}
}

// outcome is what is printed, as JSON.
type outcome struct {
	Count   int     `json:"count"`
	Seconds float64 `json:"seconds"`
	P50Ms   float64 `json:"p50Ms"`
	P99Ms   float64 `json:"p99Ms"`
}

func main() {
	address := flag.String("address", "", "the server: user:password@tcp(host:port)/database, or mongodb://user:password@host:port/database")
	name := flag.String("work", "row", "connect, row or megabyte")
	connections := flag.Int("connections", 1, "how many work at once")
	lasting := flag.Duration("for", time.Second, "how long to work")
	until := flag.Duration("until", 0, "instead: try to connect until it works, for this long; prints when, in milliseconds since 1970")
	hold := flag.Duration("hold", 0, "instead: keep one connection in use for this long; prints for how many seconds it answered")
	flag.Parse()
	works := worksOf(*address)
	switch {
	case *until > 0:
		exit(waitFor(works["connect"], *address, *until))
	case *hold > 0:
		exit(holdOpen(works["row"], *address, *hold))
	default:
		exit(measure(works[*name], *address, *connections, *lasting))
	}
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// between is the pause from one attempt to connect to the next: a fraction of what is measured.
const between = 10 * time.Millisecond

func waitFor(connect work, address string, patience time.Duration) error {
	deadline := time.Now().Add(patience)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		once, _, _ := connect(address)
		err := once(ctx)
		cancel()
		if err == nil {
			fmt.Println(time.Now().UnixMilli())
			return nil
		}
		if time.Now().After(deadline) {
			return err
		}
		time.Sleep(between)
	}
}

// use is the pause between two signs of life of a held connection: far below what proxies take for idleness.
const use = 200 * time.Millisecond

func holdOpen(open work, address string, lasting time.Duration) error {
	once, end, err := open(address)
	if err != nil {
		return err
	}
	defer end()
	if err := once(context.Background()); err != nil {
		return err
	}
	began := time.Now()
	for time.Since(began) < lasting {
		time.Sleep(use)
		if once(context.Background()) != nil {
			break
		}
	}
	fmt.Println(time.Since(began).Seconds())
	return nil
}

func measure(open work, address string, connections int, lasting time.Duration) error {
	latencies := make([][]time.Duration, connections)
	errs := make([]error, connections)
	start := make(chan struct{})
	var ready, done sync.WaitGroup
	for worker := range connections {
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			once, end, err := open(address)
			if err == nil {
				defer end()
				err = once(context.Background()) // opens the connection; not counted
			}
			ready.Done()
			<-start
			for began := time.Now(); err == nil && time.Since(began) < lasting; {
				from := time.Now()
				err = once(context.Background())
				latencies[worker] = append(latencies[worker], time.Since(from))
			}
			errs[worker] = err
		}()
	}
	ready.Wait()
	began := time.Now()
	close(start)
	done.Wait()
	seconds := time.Since(began).Seconds()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	all := slices.Concat(latencies...)
	slices.Sort(all)
	return json.NewEncoder(os.Stdout).Encode(outcome{len(all), seconds, at(all, 50), at(all, 99)})
}

// at is a percentile of sorted latencies, in milliseconds.
func at(sorted []time.Duration, percent int) float64 {
	place := (len(sorted) - 1) * percent / 100
	return float64(sorted[place].Microseconds()) / 1000
}
