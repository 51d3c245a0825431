/** The sections of INFO that tell of the node as a whole. */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.info;
