package main

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

var mongoWorks = map[string]work{
	"connect": connecting(finding),
	"row":     finding,
}

// finding reads one document. The driver watches the server on a second connection, which it opens first.
func finding(uri string) (turn, func(), error) {
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetMaxPoolSize(1).SetServerMonitoringMode("poll"))
	if err != nil {
		return nil, nil, err
	}
	ratings := client.Database("test").Collection("ratings")
	once := func(ctx context.Context) error {
		var rating bson.M
		return ratings.FindOne(ctx, bson.D{}).Decode(&rating)
	}
	return once, func() { _ = client.Disconnect(context.Background()) }, nil
}
