/** Channels, patterns and shard channels: who listens to what, and the messages' way to them. */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.pubsub;
