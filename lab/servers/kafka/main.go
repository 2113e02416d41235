// Command kafka is both ends of Kafka's protocol: brokers that keep records in memory, and a client that sends a record
// through each of them and reads it back.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// topic has one partition for each broker, led by it: so a client that uses all partitions has used all brokers.
const topic = "records"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	if len(arguments) > 0 {
		switch arguments[0] {
		case "serve":
			return serve(ctx, arguments[1:])
		case "exchange":
			return exchange(ctx, arguments[1:])
		}
	}
	return fmt.Errorf("usage: kafka serve|exchange [FLAG]...")
}
