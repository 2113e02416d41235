package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// A service waits this long for another before it shows that one as unavailable.
const callTimeout = 3 * time.Second

// Headers a service hands on, so that routes by user and traces work across calls.
var forwardedHeaders = []string{
	"end-user", "user-agent", "cookie", "x-request-id", "x-ot-span-context", "traceparent", "tracestate",
	"x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags", "b3",
}

// protocols are those of a server that gRPC clients call too: HTTP/1.1, and HTTP/2 without TLS.
func protocols() *http.Protocols {
	both := &http.Protocols{}
	both.SetHTTP1(true)
	both.SetUnencryptedHTTP2(true)
	return both
}

// serve answers on a port and writes one line for each request.
func serve(port string, handler http.Handler) error {
	logged := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		status := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		handler.ServeHTTP(status, r)
		took := time.Since(began).Round(time.Millisecond)
		fmt.Printf("%s %s %s %d %s\n", r.RemoteAddr, r.Method, r.URL.Path, status.status, took)
	})
	server := &http.Server{Addr: ":" + port, Handler: logged, Protocols: protocols()}
	fmt.Printf("listening on port %s\n", port)
	return server.ListenAndServe()
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (s *statusRecorder) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("content-type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// get calls another service on behalf of a request and reads its JSON, whatever its status says.
func get(url string, from *http.Request, into any) (int, error) {
	request, err := http.NewRequestWithContext(from.Context(), http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	for _, name := range forwardedHeaders {
		if value := from.Header.Get(name); value != "" {
			request.Header.Set(name, value)
		}
	}
	client := http.Client{Timeout: callTimeout}
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return response.StatusCode, err
	}
	if into != nil {
		if err := json.Unmarshal(body, into); err != nil {
			return response.StatusCode, fmt.Errorf("%s answered %d: %.100s", url, response.StatusCode, body)
		}
	}
	return response.StatusCode, nil
}

// variable is an environment variable or, when it is not set, what stands in for it.
func variable(name, otherwise string) string {
	if value, set := os.LookupEnv(name); set && value != "" {
		return value
	}
	return otherwise
}

// page answers every path with the same short page.
func page() error {
	return serve(variable("PORT", "80"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("content-type", "text/html")
		host, _ := os.Hostname()
		fmt.Fprintf(w, "<!doctype html><title>%s</title><p>%s answers.\n", host, host)
	}))
}
