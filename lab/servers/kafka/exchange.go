package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// exchange asks the first broker for the others, then sends a record through each and reads it back.
func exchange(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("exchange", flag.ExitOnError)
	bootstrap := flags.String("bootstrap", "", "the broker to begin with, host:port")
	address := flags.String("address", "", "dialled in place of that broker's host, which stays the name in SNI")
	caFile := flags.String("tls-ca", "", "authority of the brokers' certificates, PEM; without one nothing is encrypted")
	timeout := flags.Duration("timeout", 5*time.Second, "how long all of it may take")
	_ = flags.Parse(arguments)
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()

	dial, err := dialer(*bootstrap, *address, *caFile)
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(*bootstrap),
		kgo.Dialer(dial),
		kgo.RequestRetries(1),
		kgo.DefaultProduceTopic(topic),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.MetadataMinAge(100*time.Millisecond), // the least kgo allows; it waits this long before it looks again
	)
	if err != nil {
		return err
	}
	defer client.Close()

	brokers, err := leaders(ctx, client)
	if err != nil {
		return err
	}
	fmt.Printf("handed out: %s\n", strings.Join(brokers, ", "))
	for partition, name := range brokers {
		if err := throughOne(ctx, client, int32(partition)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	fmt.Printf("sent and read: %s\n", strings.Join(brokers, ", "))
	return nil
}

// dialer dials as the brokers' names say, but for the one whose address is given.
func dialer(bootstrap, address, caFile string) (func(context.Context, string, string) (net.Conn, error), error) {
	authorities := x509.NewCertPool()
	if caFile != "" {
		pem, err := os.ReadFile(caFile)
		if err != nil {
			return nil, err
		}
		authorities.AppendCertsFromPEM(pem)
	}
	return func(ctx context.Context, network, broker string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(broker)
		if err != nil {
			return nil, err
		}
		to := broker
		if address != "" && broker == bootstrap {
			to = net.JoinHostPort(address, port)
		}
		conn, err := new(net.Dialer).DialContext(ctx, network, to)
		if err != nil || caFile == "" {
			return conn, err
		}
		secure := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: authorities})
		if err := secure.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, err
		}
		return secure, nil
	}, nil
}

// leaders names the broker that leads each partition.
func leaders(ctx context.Context, client *kgo.Client) ([]string, error) {
	request := kmsg.NewPtrMetadataRequest()
	wanted := kmsg.NewMetadataRequestTopic()
	wanted.Topic = kmsg.StringPtr(topic)
	request.Topics = append(request.Topics, wanted)
	response, err := request.RequestWith(ctx, client)
	if err != nil {
		return nil, err
	}
	if len(response.Topics) != 1 || response.Topics[0].ErrorCode != 0 {
		return nil, fmt.Errorf("the brokers have no topic %s", topic)
	}
	names := make(map[int32]string, len(response.Brokers))
	for _, b := range response.Brokers {
		names[b.NodeID] = net.JoinHostPort(b.Host, strconv.Itoa(int(b.Port)))
	}
	partitions := response.Topics[0].Partitions
	slices.SortFunc(partitions, func(a, b kmsg.MetadataResponseTopicPartition) int { return int(a.Partition - b.Partition) })
	leaders := make([]string, 0, len(partitions))
	for _, p := range partitions {
		leaders = append(leaders, names[p.Leader])
	}
	return leaders, nil
}

// throughOne sends a record to a partition and reads what stands there.
func throughOne(ctx context.Context, client *kgo.Client, partition int32) error {
	value := fmt.Sprintf("%d %d", os.Getpid(), time.Now().UnixNano())
	sent, err := client.ProduceSync(ctx, &kgo.Record{Partition: partition, Value: []byte(value)}).First()
	if err != nil {
		return fmt.Errorf("not sent: %w", err)
	}
	at := kgo.NewOffset().At(sent.Offset)
	client.AddConsumePartitions(map[string]map[int32]kgo.Offset{topic: {partition: at}})
	defer client.RemoveConsumePartitions(map[string][]int32{topic: {partition}})
	fetches := client.PollFetches(ctx)
	if err := fetches.Err(); err != nil {
		return fmt.Errorf("not read: %w", err)
	}
	for _, record := range fetches.Records() {
		if string(record.Value) == value {
			return nil
		}
	}
	return errors.New("another record stands where this one was sent")
}
