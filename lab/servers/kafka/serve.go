package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"

	"github.com/twmb/franz-go/pkg/kfake"
)

// broker is where a broker listens, and the name it hands out for itself.
type broker struct {
	Listen    string `json:"listen"`
	Advertise string `json:"advertise"`
}

// listener is one listener of every broker. A broker hands out names by the listener it was asked on; kfake's brokers
// have but one, so each listener is a cluster of its own.
type listener struct {
	TLS     bool     `json:"tls"`
	Brokers []broker `json:"brokers"`
}

func serve(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	config := flags.String("listeners", "", "JSON file with the listeners")
	certFile := flags.String("tls-cert", "", "server certificate, PEM")
	keyFile := flags.String("tls-key", "", "server key, PEM")
	_ = flags.Parse(arguments)

	certificate, err := tls.LoadX509KeyPair(*certFile, *keyFile)
	if err != nil {
		return err
	}
	listeners, err := readListeners(*config)
	if err != nil {
		return err
	}
	for _, l := range listeners {
		cluster, err := start(l, &tls.Config{Certificates: []tls.Certificate{certificate}})
		if err != nil {
			return err
		}
		defer cluster.Close()
	}
	<-ctx.Done()
	return nil
}

func readListeners(path string) (listeners []listener, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return listeners, json.Unmarshal(text, &listeners)
}

func start(l listener, secure *tls.Config) (*kfake.Cluster, error) {
	next := 0
	listen := func(network, _ string) (net.Listener, error) {
		b := l.Brokers[next]
		next++
		inner, err := net.Listen(network, b.Listen)
		return advertised{inner, name(b.Advertise)}, err
	}
	options := []kfake.Opt{
		kfake.NumBrokers(len(l.Brokers)),
		kfake.ListenFn(listen),
		kfake.SeedTopics(int32(len(l.Brokers)), topic),
	}
	if l.TLS {
		options = append(options, kfake.TLS(secure))
	}
	cluster, err := kfake.NewCluster(options...)
	if err != nil {
		return nil, fmt.Errorf("brokers %v: %w", l.Brokers, err)
	}
	for id := range l.Brokers {
		if err := cluster.MoveTopicPartition(topic, int32(id), int32(id)); err != nil {
			return nil, err
		}
	}
	return cluster, nil
}

// advertised listens in one place and calls itself another, for kfake hands out what its listeners say of themselves.
type advertised struct {
	net.Listener
	name net.Addr
}

func (a advertised) Addr() net.Addr { return a.name }

// name is a host and port that nobody has resolved.
type name string

func (name) Network() string  { return "tcp" }
func (n name) String() string { return string(n) }
