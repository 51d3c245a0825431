/** A raw RESP client that shows every byte of the protocol to a test. */
@NullMarked
package dev.rondo.compat.wire;

import org.jspecify.annotations.NullMarked;
