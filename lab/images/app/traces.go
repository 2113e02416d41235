package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	traces "go.opentelemetry.io/proto/slim/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	trace "go.opentelemetry.io/proto/slim/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// The port OpenTelemetry's collector takes gRPC on.
const tracesPort = "4317"

// A gRPC message begins with whether it is compressed and how long it is.
const grpcPrefix = 5

// span is one line of what the collector writes.
type span struct {
	Service    string            `json:"service"`
	Name       string            `json:"name"`
	Kind       string            `json:"kind"`
	Trace      string            `json:"trace"`
	ID         string            `json:"id"`
	Parent     string            `json:"parent,omitempty"`
	Attributes map[string]string `json:"attributes"`
}

// collectTraces takes spans by OpenTelemetry's protocol over gRPC and writes each as a line of JSON.
func collectTraces() error {
	routes := http.NewServeMux()
	routes.HandleFunc("POST /opentelemetry.proto.collector.trace.v1.TraceService/Export", func(w http.ResponseWriter, r *http.Request) {
		request, err := readExport(r.Body)
		if err == nil {
			writeSpans(request)
		}
		writeGRPC(w, emptyMessage, err)
	})
	return serve(tracesPort, routes)
}

func readExport(body io.Reader) (*traces.ExportTraceServiceRequest, error) {
	message, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	if len(message) < grpcPrefix || message[0] != 0 {
		return nil, errors.New("no gRPC message, or a compressed one")
	}
	request := &traces.ExportTraceServiceRequest{}
	return request, proto.Unmarshal(message[grpcPrefix:], request)
}

func writeSpans(request *traces.ExportTraceServiceRequest) {
	for _, resource := range request.GetResourceSpans() {
		service := attributes(resource.GetResource().GetAttributes())["service.name"]
		for _, scope := range resource.GetScopeSpans() {
			for _, found := range scope.GetSpans() {
				line, _ := json.Marshal(spanOf(service, found))
				fmt.Println(string(line))
			}
		}
	}
}

func spanOf(service string, found *trace.Span) span {
	return span{
		Service:    service,
		Name:       found.GetName(),
		Kind:       found.GetKind().String(),
		Trace:      hex.EncodeToString(found.GetTraceId()),
		ID:         hex.EncodeToString(found.GetSpanId()),
		Parent:     hex.EncodeToString(found.GetParentSpanId()),
		Attributes: attributes(found.GetAttributes()),
	}
}

func attributes(pairs []*common.KeyValue) map[string]string {
	found := map[string]string{}
	for _, pair := range pairs {
		found[pair.GetKey()] = pair.GetValue().GetStringValue()
	}
	return found
}
