package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"
)

const retailPort = "8080"

type product struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Price int    `json:"price"`
}

var seedProducts = []product{{"p1", "Pocket watch", 385}, {"p2", "Wood watch", 50}, {"p3", "Brass telescope", 120}}

func retailUI() error {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /actuator/health", up)
	routes.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		var products []product
		status, err := get(os.Getenv("RETAIL_UI_ENDPOINTS_CATALOG")+"/catalog/products", r, &products)
		if err != nil || status != http.StatusOK {
			http.Error(w, fmt.Sprintf("The catalog does not answer: %d %v", status, err), http.StatusBadGateway)
			return
		}
		w.Header().Set("content-type", "text/html")
		fmt.Fprintln(w, "<!doctype html><title>Retail Store</title><ul>")
		for _, item := range products {
			fmt.Fprintf(w, "<li>%s %d\n", item.Name, item.Price)
		}
		fmt.Fprintln(w, "</ul>")
	})
	return serve(variable("PORT", retailPort), routes)
}

func retailOrders() error {
	var lock sync.Mutex
	orders := []map[string]string{}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /actuator/health", up)
	routes.HandleFunc("GET /orders", func(w http.ResponseWriter, _ *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		writeJSON(w, http.StatusOK, orders)
	})
	routes.HandleFunc("POST /orders", func(w http.ResponseWriter, _ *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		order := map[string]string{"id": strconv.Itoa(len(orders) + 1)}
		orders = append(orders, order)
		writeJSON(w, http.StatusCreated, order)
	})
	return serve(variable("PORT", retailPort), routes)
}

func retailCatalog() error {
	database, err := catalogDatabase()
	if err != nil {
		return err
	}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /health", up)
	list := func(w http.ResponseWriter, r *http.Request) {
		products, err := readProducts(r.Context(), database)
		if err != nil {
			writeJSON(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
			return
		}
		writeJSON(w, http.StatusOK, products)
	}
	routes.HandleFunc("GET /catalog/products", list)
	routes.HandleFunc("GET /catalogue", list)
	return serve(variable("PORT", retailPort), routes)
}

func catalogDatabase() (*sql.DB, error) {
	settings := mysql.NewConfig()
	settings.Net = "tcp"
	settings.Addr = os.Getenv("RETAIL_CATALOG_PERSISTENCE_ENDPOINT")
	settings.DBName = variable("RETAIL_CATALOG_PERSISTENCE_DB_NAME", "catalog")
	settings.User = os.Getenv("RETAIL_CATALOG_PERSISTENCE_USER")
	settings.Passwd = os.Getenv("RETAIL_CATALOG_PERSISTENCE_PASSWORD")
	settings.Timeout = callTimeout
	if settings.Addr == "" {
		return nil, errors.New("RETAIL_CATALOG_PERSISTENCE_ENDPOINT is not set: give the database's host:port")
	}
	database, err := sql.Open("mysql", settings.FormatDSN())
	if err != nil {
		return nil, err
	}
	// A policy that is changed must show in the next request, not when an old connection ends.
	database.SetMaxIdleConns(0)
	return database, nil
}

// readProducts creates the table where there is none yet: the database may have started after the service.
func readProducts(parent context.Context, database *sql.DB) ([]product, error) {
	ctx, cancel := context.WithTimeout(parent, callTimeout)
	defer cancel()
	const table = "CREATE TABLE IF NOT EXISTS products (id VARCHAR(16) PRIMARY KEY, name VARCHAR(64), price INT)"
	if _, err := database.ExecContext(ctx, table); err != nil {
		return nil, err
	}
	for _, item := range seedProducts {
		if _, err := database.ExecContext(ctx, "INSERT IGNORE INTO products VALUES (?, ?, ?)", item.ID, item.Name, item.Price); err != nil {
			return nil, err
		}
	}
	rows, err := database.QueryContext(ctx, "SELECT id, name, price FROM products ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	products := []product{}
	for rows.Next() {
		var item product
		if err := rows.Scan(&item.ID, &item.Name, &item.Price); err != nil {
			return nil, err
		}
		products = append(products, item)
	}
	return products, rows.Err()
}

func up(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "UP", "time": time.Now().UTC().Format(time.RFC3339)})
}
