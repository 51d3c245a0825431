/**
 * A Rondo node: {@link dev.rondo.server.RondoServer} embeds one, {@link dev.rondo.server.Rondo} is the command line.
 */
@org.jspecify.annotations.NullMarked
package dev.rondo.server;
