/** Real servers as child processes on loopback: redis-server, Rondo nodes and clusters of them. */
@NullMarked
package dev.rondo.compat.process;

import org.jspecify.annotations.NullMarked;
