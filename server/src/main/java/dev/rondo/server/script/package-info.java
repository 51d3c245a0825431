/** Lua scripts: the interpreter, its sandbox and libraries, and what is known of scripts and libraries of functions. */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.script;
