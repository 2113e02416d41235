package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// The shop's services, by the variable that holds each one's address, with a method to call there. The calls are gRPC
// with empty messages: the mesh sees what it would see of the originals, and no schema is needed.
var boutiqueMethods = map[string]string{
	"AD_SERVICE_ADDR":              "hipstershop.AdService/GetAds",
	"CART_SERVICE_ADDR":            "hipstershop.CartService/GetCart",
	"CHECKOUT_SERVICE_ADDR":        "hipstershop.CheckoutService/PlaceOrder",
	"CURRENCY_SERVICE_ADDR":        "hipstershop.CurrencyService/GetSupportedCurrencies",
	"EMAIL_SERVICE_ADDR":           "hipstershop.EmailService/SendOrderConfirmation",
	"PAYMENT_SERVICE_ADDR":         "hipstershop.PaymentService/Charge",
	"PRODUCT_CATALOG_SERVICE_ADDR": "hipstershop.ProductCatalogService/ListProducts",
	"RECOMMENDATION_SERVICE_ADDR":  "hipstershop.RecommendationService/ListRecommendations",
	"SHIPPING_SERVICE_ADDR":        "hipstershop.ShippingService/GetQuote",
}

// gRPC messages: not compressed, a length of four bytes, then the fields.
var (
	emptyMessage   = []byte{0, 0, 0, 0, 0}
	servingMessage = []byte{0, 0, 0, 0, 2, 8, 1} // HealthCheckResponse with field 1, status, SERVING
)

// Services the home page asks; checkout and the others follow only an order.
var homePageNeeds = []string{"PRODUCT_CATALOG_SERVICE_ADDR", "CURRENCY_SERVICE_ADDR", "CART_SERVICE_ADDR", "AD_SERVICE_ADDR"}

var grpcClient = &http.Client{Timeout: callTimeout, Transport: &http.Transport{Protocols: onlyHTTP2()}}

func onlyHTTP2() *http.Protocols {
	protocols := &http.Protocols{}
	protocols.SetUnencryptedHTTP2(true)
	return protocols
}

// call sends an empty message to the service a variable names, if it is set.
func call(ctx context.Context, addressVariable string) error {
	address := os.Getenv(addressVariable)
	if address == "" {
		return nil
	}
	url := "http://" + address + "/" + boutiqueMethods[addressVariable]
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(emptyMessage))
	if err != nil {
		return err
	}
	request.Header.Set("content-type", "application/grpc")
	request.Header.Set("te", "trailers")
	response, err := grpcClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	status := response.Trailer.Get("grpc-status")
	if status == "" {
		status = response.Header.Get("grpc-status") // an answer without a body has its trailers up front
	}
	if response.StatusCode != http.StatusOK || status != "0" {
		return fmt.Errorf("%s answered HTTP %d, gRPC status %q", url, response.StatusCode, status)
	}
	return nil
}

func callAll(ctx context.Context, variables []string) error {
	failures := make(chan error, len(variables))
	var calls sync.WaitGroup
	for _, variable := range variables {
		calls.Go(func() { failures <- call(ctx, variable) })
	}
	calls.Wait()
	close(failures)
	for err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

func boutiqueFrontend() error {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /_healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	show := func(needs []string, title string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if err := callAll(r.Context(), needs); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("content-type", "text/html")
			fmt.Fprintf(w, "<!doctype html><title>Online Boutique</title><h1>%s</h1>\n", title)
		}
	}
	routes.HandleFunc("GET /{$}", show(homePageNeeds, "Hot Products"))
	routes.HandleFunc("GET /cart", show([]string{"CART_SERVICE_ADDR", "RECOMMENDATION_SERVICE_ADDR", "SHIPPING_SERVICE_ADDR"}, "Cart"))
	routes.HandleFunc("POST /cart/checkout", show([]string{"CHECKOUT_SERVICE_ADDR"}, "Your order is complete"))
	return serve(variable("PORT", "8080"), routes)
}

// boutiqueBackend answers every method with an empty message, after it has called the services its variables name.
func boutiqueBackend() error {
	variables := []string{}
	for name := range boutiqueMethods {
		variables = append(variables, name)
	}
	routes := http.NewServeMux()
	routes.HandleFunc("POST /grpc.health.v1.Health/Check", func(w http.ResponseWriter, _ *http.Request) {
		writeGRPC(w, servingMessage, nil)
	})
	routes.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		err := callAll(r.Context(), variables)
		if redis := os.Getenv("REDIS_ADDR"); err == nil && redis != "" {
			err = pingRedis(redis)
		}
		writeGRPC(w, emptyMessage, err)
	})
	return serve(variable("PORT", "8080"), routes)
}

func writeGRPC(w http.ResponseWriter, message []byte, failure error) {
	w.Header().Set("content-type", "application/grpc")
	w.Header().Set("trailer", "grpc-status, grpc-message")
	if failure != nil {
		fmt.Fprintln(os.Stderr, failure)
		w.Header().Set("grpc-status", "14") // UNAVAILABLE
		w.Header().Set("grpc-message", failure.Error())
		return
	}
	_, _ = w.Write(message)
	w.Header().Set("grpc-status", "0")
}

func pingRedis(address string) error {
	connection, err := net.DialTimeout("tcp", address, callTimeout)
	if err != nil {
		return err
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(callTimeout))
	if _, err := connection.Write([]byte("PING\r\n")); err != nil {
		return err
	}
	reply := make([]byte, 7)
	if _, err := io.ReadFull(connection, reply); err != nil {
		return err
	}
	if string(reply) != "+PONG\r\n" {
		return fmt.Errorf("Redis at %s answered %q", address, reply)
	}
	return nil
}

// boutiqueLoad asks for the home page once a second.
func boutiqueLoad() error {
	url := "http://" + variable("FRONTEND_ADDR", "frontend:80") + "/"
	client := http.Client{Timeout: callTimeout}
	for {
		response, err := client.Get(url)
		if err != nil {
			fmt.Println(err)
		} else {
			fmt.Println(url, response.StatusCode)
			_ = response.Body.Close()
		}
		time.Sleep(time.Second)
	}
}
