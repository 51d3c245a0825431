/** Values and keyspaces as bytes, in Redis's own formats. */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.persistence;
