// Command mongo-server speaks MongoDB's protocol, plain and over TLS, with SQLite behind it.
//
// FerretDB as a library offers no users. Its parts do, and a module below its path may import them.
package main

import (
	"context"
	"flag"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/internal/clientconn"
	"github.com/FerretDB/FerretDB/internal/clientconn/connmetrics"
	"github.com/FerretDB/FerretDB/internal/handler/registry"
	"github.com/FerretDB/FerretDB/internal/util/password"
	"github.com/FerretDB/FerretDB/internal/util/state"
)

func main() {
	listener := clientconn.NewListenerOpts{Mode: clientconn.NormalMode}
	flag.StringVar(&listener.TCP, "listen", "", "address for plain connections, host:port; none when empty")
	flag.StringVar(&listener.TLS, "listen-tls", "", "address for TLS connections, host:port; none when empty")
	flag.StringVar(&listener.TLSCertFile, "tls-cert", "", "server certificate, PEM")
	flag.StringVar(&listener.TLSKeyFile, "tls-key", "", "server key, PEM")
	data := flag.String("data", "", "folder of the SQLite files; must exist")
	user := flag.String("user", "", "the only user, password in MONGO_PASSWORD; without one everybody is let in")
	database := flag.String("database", "test", "database that is created with the user in it")
	flag.Parse()

	if err := serve(listener, *data, *user, *database); err != nil {
		log.Fatal(err)
	}
}

func serve(listener clientconn.NewListenerOpts, data, user, database string) error {
	provider, err := state.NewProvider("")
	if err != nil {
		return err
	}
	if err := provider.Update(func(s *state.State) { s.DisableTelemetry(); s.TelemetryLocked = true }); err != nil {
		return err
	}
	metrics := connmetrics.NewListenerMetrics()
	options := registry.NewHandlerOpts{
		Logger:        slog.Default(),
		ConnMetrics:   metrics.ConnMetrics,
		StateProvider: provider,
		TCPHost:       listener.TCP,
		SQLiteURL:     "file:" + data + "/",
		TestOpts:      registry.TestOpts{CappedCleanupPercentage: 10, BatchSize: 100},
	}
	if user != "" {
		options.EnableNewAuth = true
		options.SetupDatabase, options.SetupUsername = database, user
		options.SetupPassword = password.WrapPassword(os.Getenv("MONGO_PASSWORD"))
	}
	handler, closeBackend, err := registry.NewHandler("sqlite", &options)
	if err != nil {
		return err
	}
	defer closeBackend()
	listener.Metrics, listener.Handler, listener.Logger = metrics, handler, slog.Default()
	server, err := clientconn.Listen(&listener)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server.Run(ctx)
	return nil
}
