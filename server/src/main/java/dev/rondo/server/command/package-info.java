/** The command table, the dispatcher with its gates, and one class per command family. */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.command;
