/**
 * Small programs to copy. They use Jedis and Lettuce and nothing of Rondo's, so each of them runs on Redis as well.
 * Every program takes the address of one node, {@code host:port}, and prints what it does.
 */
@org.jspecify.annotations.NullMarked
package dev.rondo.examples;
