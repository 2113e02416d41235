package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

const (
	bookinfoPort       = "9080"
	ratingsUnavailable = "Ratings service is currently unavailable"
	// Without a database in reach the page must still come soon.
	databaseTimeout = 2 * time.Second
)

var reviewers = []string{"Reviewer1", "Reviewer2"}

type stars struct {
	Stars int    `json:"stars,omitempty"`
	Color string `json:"color,omitempty"`
	Error string `json:"error,omitempty"`
}

type review struct {
	Reviewer string `json:"reviewer"`
	Text     string `json:"text"`
	Rating   *stars `json:"rating,omitempty"`
}

type reviewList struct {
	ID      string   `json:"id"`
	PodName string   `json:"podname"`
	Reviews []review `json:"reviews"`
}

type ratingsAnswer struct {
	ID      int            `json:"id"`
	Ratings map[string]int `json:"ratings"`
	Error   string         `json:"error,omitempty"`
}

// bookinfoURL is where a service of Bookinfo is reached, by the variables its deployments may set.
func bookinfoURL(service, path string) string {
	name := strings.ToUpper(service)
	host := variable(name+"_HOSTNAME", service)
	domain := variable("SERVICES_DOMAIN", "")
	if domain != "" {
		host += "." + domain
	}
	return "http://" + host + ":" + variable(name+"_SERVICE_PORT", bookinfoPort) + path
}

func details() error {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /health", healthy)
	routes.HandleFunc("GET /details/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, _ := strconv.Atoi(r.PathValue("id"))
		writeJSON(w, http.StatusOK, map[string]any{
			"id": id, "author": "William Shakespeare", "year": 1595, "type": "paperback", "pages": 200,
			"publisher": "PublisherA", "language": "English", "ISBN-10": "1234567890", "ISBN-13": "123-1234567890",
		})
	})
	return serve(bookinfoPort, routes)
}

type reviewsVersion struct {
	withRatings bool
	color       string
}

func reviews(version reviewsVersion) error {
	texts := []string{"Lovers, fairies and a donkey: it made me laugh aloud.", "Fine, but he has written better ones."}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /health", healthy)
	routes.HandleFunc("GET /reviews/{id}", func(w http.ResponseWriter, r *http.Request) {
		host, _ := os.Hostname()
		answer := reviewList{ID: r.PathValue("id"), PodName: host}
		for index, reviewer := range reviewers {
			answer.Reviews = append(answer.Reviews, review{Reviewer: reviewer, Text: texts[index]})
		}
		if version.withRatings {
			addRatings(&answer, version.color, r)
		}
		writeJSON(w, http.StatusOK, answer)
	})
	return serve(bookinfoPort, routes)
}

func addRatings(answer *reviewList, color string, r *http.Request) {
	var found ratingsAnswer
	status, err := get(bookinfoURL("ratings", "/ratings/"+answer.ID), r, &found)
	for index := range answer.Reviews {
		rating := &stars{Error: ratingsUnavailable}
		if err == nil && status == http.StatusOK {
			rating = &stars{Stars: found.Ratings[answer.Reviews[index].Reviewer], Color: color}
		}
		answer.Reviews[index].Rating = rating
	}
}

// ratings answers with what load finds.
func ratings(load func(context.Context) ([]int, error)) error {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /health", healthy)
	routes.HandleFunc("GET /ratings/{id}", func(w http.ResponseWriter, r *http.Request) {
		found, err := load(r.Context())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			writeJSON(w, http.StatusInternalServerError, map[string]string{"error": "could not load ratings: " + err.Error()})
			return
		}
		id, _ := strconv.Atoi(r.PathValue("id"))
		answer := ratingsAnswer{ID: id, Ratings: map[string]int{}}
		for index, rating := range found {
			if index < len(reviewers) {
				answer.Ratings[reviewers[index]] = rating
			}
		}
		writeJSON(w, http.StatusOK, answer)
	})
	return serve(bookinfoPort, routes)
}

func fixedRatings(context.Context) ([]int, error) {
	return []int{5, 4}, nil
}

// ratingsFromMongo reads the database anew for each request, so that the page follows it, and opens a connection for
// each, as the original does: whether a connection may be opened is what the scenarios ask.
func ratingsFromMongo() error {
	url := os.Getenv("MONGO_DB_URL")
	if url == "" {
		return errors.New("MONGO_DB_URL is not set: give the connection string of the ratings database")
	}
	return ratings(func(parent context.Context) ([]int, error) {
		ctx, cancel := context.WithTimeout(parent, databaseTimeout)
		defer cancel()
		settings := options.Client().ApplyURI(url).SetServerSelectionTimeout(databaseTimeout)
		client, err := mongo.Connect(settings)
		if err != nil {
			return nil, err
		}
		defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
		return readRatings(ctx, client.Database(databaseOf(url)))
	})
}

func readRatings(ctx context.Context, database *mongo.Database) ([]int, error) {
	cursor, err := database.Collection("ratings").Find(ctx, bson.D{})
	if err != nil {
		return nil, err
	}
	var documents []struct {
		Rating int `bson:"rating"`
	}
	if err := cursor.All(ctx, &documents); err != nil {
		return nil, err
	}
	found := []int{}
	for _, document := range documents {
		found = append(found, document.Rating)
	}
	return found, nil
}

// databaseOf reads the database's name from mongodb://login@host:port/NAME?options.
func databaseOf(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	_, path, _ := strings.Cut(rest, "/")
	name, _, _ := strings.Cut(path, "?")
	if name == "" {
		return "test"
	}
	return name
}

func productPage() error {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /health", healthy)
	show := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("content-type", "text/html; charset=utf-8")
		view := productView{}
		if status, err := get(bookinfoURL("details", "/details/0"), r, &view.Details); err != nil || status != http.StatusOK {
			view.Details = nil
		}
		var found reviewList
		if status, err := get(bookinfoURL("reviews", "/reviews/0"), r, &found); err == nil && status == http.StatusOK {
			view.Reviews = found.Reviews
		}
		_ = productTemplate.Execute(w, view)
	}
	routes.HandleFunc("GET /productpage", show)
	routes.HandleFunc("GET /{$}", show)
	return serve(bookinfoPort, routes)
}

type productView struct {
	Details map[string]any
	Reviews []review
}

var productTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"stars": func(count int) string { return strings.Repeat("★", count) + strings.Repeat("☆", max(0, 5-count)) },
}).Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Simple Bookstore App</title>
<h1>The Comedy of Errors</h1>
{{with .Details}}<h2>Book Details</h2>
<dl>{{range $name, $value := .}}<dt>{{$name}}<dd>{{$value}}{{end}}</dl>
{{else}}<p class="error">Details service is currently unavailable
{{end}}{{if .Reviews}}<h2>Book Reviews</h2>
{{range .Reviews}}<blockquote><p>{{.Text}}<footer>{{.Reviewer}}</footer>
{{with .Rating}}{{if .Error}}<p class="error">{{.Error}}
{{else}}<p class="stars" data-stars="{{.Stars}}" style="color:{{.Color}}">{{stars .Stars}}
{{end}}{{end}}</blockquote>
{{end}}{{else}}<p class="error">Reviews service is currently unavailable
{{end}}</html>
`))

func healthy(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "healthy"})
}
