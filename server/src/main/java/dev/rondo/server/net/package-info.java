/** Connections: sockets to requests and replies back, with backpressure. Knows the protocol, not the commands. */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.net;
