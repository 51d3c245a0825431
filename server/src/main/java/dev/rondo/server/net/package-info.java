/**
 * Connections: sockets to requests and replies back, with backpressure; and this node as a client of another server.
 * Knows the protocol, not the commands.
 */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.net;
