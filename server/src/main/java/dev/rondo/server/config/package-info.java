/** The directives of redis.conf that Rondo has, with their names and defaults, and Rondo's own. */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.config;
