/** The data types as plain objects: no locks, no clock, no network. */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.type;
