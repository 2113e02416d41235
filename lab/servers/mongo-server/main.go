// Command mongo-server speaks MongoDB's protocol, plain and over TLS, with SQLite behind it.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	var listener ferretdb.ListenerConfig
	flag.StringVar(&listener.TCP, "listen", "", "address for plain connections, host:port; none when empty")
	flag.StringVar(&listener.TLS, "listen-tls", "", "address for TLS connections, host:port; none when empty")
	flag.StringVar(&listener.TLSCertFile, "tls-cert", "", "server certificate, PEM")
	flag.StringVar(&listener.TLSKeyFile, "tls-key", "", "server key, PEM")
	data := flag.String("data", "", "folder of the SQLite files; must exist")
	flag.Parse()

	server, err := ferretdb.New(&ferretdb.Config{Listener: listener, Handler: "sqlite", SQLiteURL: "file:" + *data + "/"})
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := server.Run(ctx); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}
