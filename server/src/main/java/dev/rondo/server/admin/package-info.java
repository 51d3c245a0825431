/** Rondo as a client of its own nodes: the demo, and what operators run. */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.admin;
