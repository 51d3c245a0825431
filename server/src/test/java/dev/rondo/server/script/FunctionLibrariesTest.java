package dev.rondo.server.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Two nodes that tell each other of their libraries. */
class FunctionLibrariesTest {
    private final AtomicLong nowMs = new AtomicLong(1000);
    private final FunctionLibraries here = new FunctionLibraries(nowMs::get);
    private final FunctionLibraries there = new FunctionLibraries(nowMs::get);
    private final List<LibraryNews> announced = new ArrayList<>();

    private static byte[] library(String name, String function) {
        return Ascii.bytes("#!lua name=" + name + "\nredis.register_function('" + function + "', function() end)");
    }

    private static void tell(FunctionLibraries from, FunctionLibraries to) {
        from.news().forEach(news -> to.take(new LibraryNews(news.name(), news.version(), news.code(), true)));
    }

    private static List<String> names(FunctionLibraries of) {
        return of.all().stream().map(FunctionLibrary::name).sorted().toList();
    }

    @Test
    void changesAreAnnouncedAndTakenOnce() throws ScriptException {
        here.announceTo(announced::add);
        here.load(library("a", "f"), false);
        here.load(library("b", "g"), false);
        here.delete("a");
        assertEquals(
                List.of("a", "b", "a"),
                announced.stream().map(LibraryNews::name).toList());
        tell(here, there);
        tell(here, there);
        assertEquals(List.of("b"), names(there));
        assertEquals(List.of("b"), names(here));
        there.announceTo(news -> announced.add(null));
        tell(here, there);
        assertEquals(3, announced.size());
    }

    @Test
    void theLaterChangeWinsWhoeverHearsOfItFirst() throws ScriptException {
        here.load(library("a", "old"), false);
        nowMs.incrementAndGet();
        there.load(library("a", "young"), false);
        tell(here, there);
        tell(there, here);
        assertEquals("young", here.all().get(0).functions().keySet().iterator().next());
        assertEquals("young", there.all().get(0).functions().keySet().iterator().next());
        nowMs.incrementAndGet();
        there.flush();
        tell(here, there);
        tell(there, here);
        assertEquals(List.of(), names(here));
        assertEquals(List.of(), names(there));
    }

    @Test
    void aLibraryThatTheFirstNodeHasSpreadCanBeLoadedOnTheNext() throws ScriptException {
        here.load(library("a", "f"), false);
        tell(here, there);
        assertEquals("a", there.load(library("a", "f"), false));
        assertThrows(ScriptException.class, () -> there.load(library("a", "g"), false));
        assertThrows(ScriptException.class, () -> here.load(library("a", "f"), false));
    }

    @Test
    void whatCanNotBeLoadedIsLeftOut() throws ScriptException {
        here.load(library("a", "f"), false);
        there.load(library("b", "f"), false);
        tell(here, there);
        assertEquals(List.of("b"), names(there));
        assertNull(there.find("g"));
    }
}
