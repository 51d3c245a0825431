/** Runs Rondo and the real thing as processes, and holds Rondo against it. */
@NullMarked
package dev.rondo.compat;

import org.jspecify.annotations.NullMarked;
