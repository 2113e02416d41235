package main

import (
	"context"
	"database/sql"

	_ "github.com/go-sql-driver/mysql"
)

const oneRow = "SELECT name FROM lab.identity"

var mysqlWorks = map[string]work{
	"connect":  connecting(querying(oneRow)),
	"row":      querying(oneRow),
	"megabyte": querying("SELECT REPEAT('x', 1048576)"),
}

// querying runs a query on one connection, which is opened by the first turn and never replaced.
func querying(query string) work {
	return func(dsn string) (turn, func(), error) {
		database, err := sql.Open("mysql", dsn)
		if err != nil {
			return nil, nil, err
		}
		var connection *sql.Conn
		var answer []byte
		once := func(ctx context.Context) error {
			if connection == nil {
				if connection, err = database.Conn(ctx); err != nil {
					return err
				}
			}
			return connection.QueryRowContext(ctx, query).Scan(&answer)
		}
		end := func() {
			if connection != nil {
				_ = connection.Close() // hands it back; the database then closes it
			}
			_ = database.Close()
		}
		return once, end, nil
	}
}
