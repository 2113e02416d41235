// Command client does one kind of work on a MySQL server, over and over for a while, and says how long each turn took.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	_ "github.com/go-sql-driver/mysql"
)

// turn is one piece of work on a server.
type turn func(ctx context.Context) error

// works maps a name to what makes its turns, one maker for each connection.
var works = map[string]func(dsn string) (turn, func(), error){
	"connect":  connecting,
	"row":      func(dsn string) (turn, func(), error) { return querying(dsn, "SELECT name FROM lab.identity") },
	"megabyte": func(dsn string) (turn, func(), error) { return querying(dsn, "SELECT REPEAT('x', 1048576)") },
}

// connecting opens a connection, reads one row and closes it again.
func connecting(dsn string) (turn, func(), error) {
	return func(ctx context.Context) error {
		once, end, err := querying(dsn, "SELECT name FROM lab.identity")
		if err != nil {
			return err
		}
		defer end()
		return once(ctx)
	}, func() {}, nil
}

// querying runs a query on a connection that stays open.
func querying(dsn, query string) (turn, func(), error) {
	database, err := sql.Open("mysql", dsn)
	if err != nil {
		return nil, nil, err
	}
	database.SetMaxOpenConns(1)
	var answer []byte
	once := func(ctx context.Context) error { return database.QueryRowContext(ctx, query).Scan(&answer) }
	return once, func() { _ = database.Close() }, nil
}

// outcome is what is printed, as JSON.
type outcome struct {
	Count   int     `json:"count"`
	Seconds float64 `json:"seconds"`
	P50Ms   float64 `json:"p50Ms"`
	P99Ms   float64 `json:"p99Ms"`
}

func main() {
	dsn := flag.String("dsn", "", "the server, as user:password@tcp(host:port)/")
	name := flag.String("work", "row", "connect, row or megabyte")
	connections := flag.Int("connections", 1, "how many work at once")
	lasting := flag.Duration("for", time.Second, "how long to work")
	until := flag.Duration("until", 0, "instead: try to connect until it works, for this long; prints when, in milliseconds since 1970")
	flag.Parse()
	if *until > 0 {
		exit(waitFor(*dsn, *until))
	}
	exit(work(*dsn, *name, *connections, *lasting))
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

func waitFor(dsn string, patience time.Duration) error {
	deadline := time.Now().Add(patience)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		once, _, _ := connecting(dsn)
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

func work(dsn, name string, connections int, lasting time.Duration) error {
	latencies := make([][]time.Duration, connections)
	errs := make([]error, connections)
	start := make(chan struct{})
	var ready, done sync.WaitGroup
	for worker := range connections {
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			once, end, err := works[name](dsn)
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
