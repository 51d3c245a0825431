package dev.rondo.membership;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.membership.LocalCluster.FakeServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class ClusterTest {

    /** For slow machines; what must be quick is shown by what it does not wait for. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int NEVER_MS = 300_000;

    private final LocalCluster cluster = new LocalCluster();

    @AfterEach
    void stop() {
        cluster.close();
    }

    private static void eventually(Callable<Boolean> condition) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(condition);
    }

    private static Set<Integer> shares(SlotTable table) {
        Set<Integer> shares = new HashSet<>();
        table.members().forEach(m -> shares.add(table.primarySlots(m.id()).cardinality()));
        return shares;
    }

    @Test
    void aNodeWithoutSeedsIsUpAtOnceAndOwnsEverything() throws IOException {
        int port = cluster.freeBusPort();
        FakeServer one = cluster.start(LocalCluster.member(1, port), LocalCluster.config(port, List.of()));
        eventually(() -> one.table().epoch() > 0);
        assertTrue(one.cluster().isCoordinator());
        assertEquals(SlotTable.SLOTS, one.table().primarySlots(one.id()).cardinality());
        assertEquals(List.of(one.node.member), one.cluster().reachable());
    }

    @Test
    void unreachableSeedsAreNotWaitedForLong() throws IOException {
        List<Integer> ports = List.of(cluster.freeBusPort(), cluster.freeBusPort(), cluster.freeBusPort());
        int middle = ports.stream().sorted().toList().get(1);
        List<String> seeds = ports.stream().map(port -> "127.0.0.1:" + port).toList();
        FakeServer one = cluster.start(LocalCluster.member(1, middle), LocalCluster.config(middle, seeds));
        eventually(() -> one.table().epoch() > 0);
    }

    @Test
    void theFirstAmongTheSeedsFounds() {
        List<String> seeds = List.of("10.0.0.2:17001", "10.0.0.1:17002");
        assertTrue(BusStack.isFirst(BusConfig.of("10.0.0.1", 17001, seeds)));
        assertTrue(BusStack.isFirst(BusConfig.of("10.0.0.2", 17001, seeds)), "itself among them");
        assertFalse(BusStack.isFirst(BusConfig.of("10.0.0.3", 17001, seeds)));
        assertFalse(BusStack.isFirst(BusConfig.of("10.0.0.1", 17002, seeds)));
        assertTrue(BusStack.isFirst(BusConfig.of("10.0.0.9", 17009, List.of())));
    }

    @Test
    void threeNodesStartedTogetherFormOneClusterWithEqualShares() throws Exception {
        List<Integer> ports = List.of(cluster.freeBusPort(), cluster.freeBusPort(), cluster.freeBusPort());
        List<String> seeds = ports.stream().map(port -> "127.0.0.1:" + port).toList();
        ExecutorService starters = Executors.newFixedThreadPool(3);
        List<FakeServer> servers = new ArrayList<>();
        try {
            List<Future<FakeServer>> starting = new ArrayList<>();
            for (int port : ports) {
                starting.add(starters.submit(
                        () -> cluster.start(LocalCluster.member(port, port), LocalCluster.config(port, seeds))));
            }
            for (Future<FakeServer> future : starting) {
                servers.add(future.get());
            }
        } finally {
            starters.shutdown();
        }
        eventually(() -> cluster.isSettled(servers, 1));
        assertEquals(Set.of(5461, 5462), shares(servers.get(0).table()));
        assertEquals(
                1, servers.stream().filter(s -> s.cluster().isCoordinator()).count());
        cluster.checkOnePrimaryPerSlot(servers);
    }

    @Test
    void nodesThatJoinOneByOneGetTheirShare() throws IOException {
        List<FakeServer> servers = new ArrayList<>(cluster.startNodes(3));
        eventually(() -> cluster.isSettled(servers, 1));
        assertEquals(Set.of(5461, 5462), shares(servers.get(0).table()));

        int port = cluster.freeBusPort();
        String seed = "127.0.0.1:" + servers.get(1).node.member.busPort();
        servers.add(cluster.start(LocalCluster.member(3, port), LocalCluster.config(port, List.of(seed))));
        eventually(() -> cluster.isSettled(servers, 1));
        assertEquals(Set.of(4096), shares(servers.get(3).table()));
        cluster.checkOnePrimaryPerSlot(servers);
    }

    @Test
    void aKilledNodeIsReplacedByItsReplicasWithoutWaitingForHeartbeats() throws IOException {
        List<FakeServer> servers = cluster.startNodes(3, NEVER_MS);
        eventually(() -> cluster.isSettled(servers, 1));
        FakeServer dead = servers.get(2);
        cluster.kill(dead);
        List<FakeServer> rest = servers.subList(0, 2);
        eventually(() -> rest.stream()
                .allMatch(s -> s.table().member(dead.id()) == null
                        && s.table().ranges().stream().noneMatch(r -> r.owners().isEmpty())));
        eventually(() -> cluster.isSettled(rest, 1));
        cluster.checkOnePrimaryPerSlot(rest);
        assertFalse(rest.get(0).seen.contains(dead.node.member));
    }

    @Test
    void whenTheCoordinatorDiesAnotherGoesOnWithHigherEpochs() throws IOException {
        List<FakeServer> servers = cluster.startNodes(3);
        eventually(() -> cluster.isSettled(servers, 1));
        FakeServer dead = servers.get(0);
        assertTrue(dead.cluster().isCoordinator());
        long epoch = dead.table().epoch();
        cluster.kill(dead);
        List<FakeServer> rest = servers.subList(1, 3);
        eventually(() -> cluster.isSettled(rest, 1));
        assertTrue(rest.get(0).table().epoch() > epoch);
        cluster.checkOnePrimaryPerSlot(rest);
    }

    @Test
    void aNodeThatComesBackUnderItsIdIsANewLife() throws IOException {
        List<FakeServer> servers = new ArrayList<>(cluster.startNodes(3));
        eventually(() -> cluster.isSettled(servers, 1));
        FakeServer dead = servers.remove(1);
        cluster.kill(dead);
        eventually(() -> cluster.isSettled(servers, 1));

        int port = dead.node.member.busPort();
        String seed = "127.0.0.1:" + servers.get(0).node.member.busPort();
        FakeServer back =
                cluster.start(LocalCluster.member(1, port), LocalCluster.config(port, List.of(seed)), dead.table());
        assertEquals(dead.id(), back.id());
        servers.add(back);
        eventually(() -> cluster.isSettled(servers, 1));
        assertEquals(Set.of(5461, 5462), shares(back.table()));
        assertEquals(List.of(), List.copyOf(back.refusals));
        cluster.checkOnePrimaryPerSlot(servers);
    }

    @Test
    void aNodeThatLeavesIsNotWaitedFor() throws IOException {
        List<FakeServer> servers = cluster.startNodes(3, NEVER_MS);
        eventually(() -> cluster.isSettled(servers, 1));
        cluster.leave(servers.get(2));
        eventually(() -> cluster.isSettled(servers.subList(0, 2), 1));
    }

    @Test
    void aNodeIsToldThroughAnotherThatItIsToLeave() throws IOException {
        List<FakeServer> servers = cluster.startNodes(2);
        eventually(() -> cluster.isSettled(servers, 1));

        assertTrue(servers.get(0).cluster().askToLeave(servers.get(1).id()));
        eventually(() -> servers.get(1).farewells.contains(servers.get(0).id()));
        assertFalse(servers.get(0).cluster().askToLeave(Samples.member(9).id()), "unknown here");
    }

    @Test
    void aNodeOfWeightZeroIsEmptied() throws IOException {
        List<FakeServer> servers = cluster.startNodes(3);
        eventually(() -> cluster.isSettled(servers, 1));
        FakeServer leaving = servers.get(1);
        leaving.cluster().setWeight(0);
        eventually(() -> servers.stream().allMatch(s -> s.table().ranges().stream()
                .noneMatch(range -> s.table().isOwner(leaving.id(), range.first()))));
        assertEquals(Set.of(0, 8192), shares(servers.get(0).table()));
    }

    @Test
    void bothSidesOfASplitServeAndAgreeAgainAfterwards() throws IOException {
        List<FakeServer> servers = cluster.startNodes(3);
        eventually(() -> cluster.isSettled(servers, 1));
        servers.forEach(s -> s.node.mayLoseASplit = true);
        FakeServer alone = servers.get(2);
        List<FakeServer> majority = servers.subList(0, 2);
        majority.forEach(s -> alone.cluster().breakLink(s.node.member, LinkCut.BOTH));
        eventually(() -> alone.table().members().size() == 1 && cluster.isSettled(majority, 1));
        assertFalse(alone.table().primarySlots(alone.id()).isEmpty(), "it serves on what it has");
        assertTrue(majority.get(0).table().ranges().stream()
                .noneMatch(r -> r.owners().isEmpty()));

        majority.forEach(s -> assertTrue(alone.cluster().healLink(s.id())));
        eventually(() -> cluster.isSettled(servers, 1));
        cluster.checkOnePrimaryPerSlot(servers);
    }

    @Test
    void aNodeThatNobodyHearsFollowsThoseWhoWentOnWithoutIt() throws IOException {
        List<FakeServer> servers = cluster.startNodes(3);
        eventually(() -> cluster.isSettled(servers, 1));
        servers.forEach(s -> s.node.mayLoseASplit = true);
        for (FakeServer unheard : List.of(servers.get(2), servers.get(0))) {
            List<FakeServer> rest = servers.stream().filter(s -> s != unheard).toList();
            rest.forEach(s -> unheard.cluster().breakLink(s.node.member, LinkCut.OUTGOING));

            eventually(() -> cluster.isSettled(rest, 1));
            eventually(() -> unheard.doubtsEnded.get() > 0);
            assertEquals(0, unheard.node.primary.cardinality());
            eventually(() -> unheard.table().epoch() == rest.get(0).table().epoch());
            assertNull(unheard.table().member(unheard.id()), "it makes no table of its own");

            rest.forEach(s -> assertTrue(unheard.cluster().healLink(s.id())));
            eventually(() -> cluster.isSettled(servers, 1));
            cluster.checkOnePrimaryPerSlot(servers);
            unheard.doubtsEnded.set(0);
        }
    }

    @Test
    void aNodeThatIsNeitherHeardNorHearsAnyMoreGoesOnAlone() throws IOException {
        List<FakeServer> servers = cluster.startNodes(3);
        eventually(() -> cluster.isSettled(servers, 1));
        servers.forEach(s -> s.node.mayLoseASplit = true);
        FakeServer alone = servers.get(2);
        List<FakeServer> rest = servers.subList(0, 2);
        rest.forEach(s -> alone.cluster().breakLink(s.node.member, LinkCut.OUTGOING));
        eventually(() -> alone.doubtsEnded.get() > 0 && alone.node.primary.isEmpty());

        rest.forEach(s -> alone.cluster().breakLink(s.node.member, LinkCut.BOTH));
        eventually(() -> alone.table().members().equals(List.of(alone.node.member)));
        eventually(() -> !alone.node.primary.isEmpty()); // the table is seen a moment before it is applied
    }

    @Test
    void theOthersGoOnThoughANodeThatHearsNobodyTellsThemThatItGoesOnWithoutThem() throws IOException {
        List<FakeServer> servers = cluster.startNodes(3);
        eventually(() -> cluster.isSettled(servers, 1));
        servers.forEach(s -> s.node.mayLoseASplit = true);
        FakeServer deaf = servers.get(0);
        assertTrue(deaf.cluster().isCoordinator());
        List<FakeServer> rest = servers.subList(1, 3);
        rest.forEach(s -> deaf.cluster().breakLink(s.node.member, LinkCut.INCOMING));

        eventually(() -> deaf.table().members().equals(List.of(deaf.node.member)));
        eventually(() -> rest.stream().allMatch(s -> s.doubtsEnded.get() > 0));
        assertTrue(rest.stream().noneMatch(s -> s.node.primary.isEmpty()), "they serve on");
        eventually(() -> cluster.isSettled(rest, 1));

        rest.forEach(s -> assertTrue(deaf.cluster().healLink(s.id())));
        eventually(() -> cluster.isSettled(servers, 1));
        cluster.checkOnePrimaryPerSlot(servers);
    }

    /**
     * More than the bus has room for, when the answers count: who takes a message must not wait for room to answer it.
     */
    @Test
    void whatWaitedForABrokenLinkArrivesThoughBothSidesAnswerEachMessage() throws IOException {
        int count = 1500;
        List<FakeServer> servers = cluster.startNodes(2, NEVER_MS);
        FakeServer one = servers.get(0);
        FakeServer two = servers.get(1);
        eventually(() -> cluster.isSettled(servers, 1));
        servers.forEach(s -> s.answering = true);

        one.cluster().breakLink(two.node.member, LinkCut.BOTH);
        byte[] question = {'?'};
        for (int i = 0; i < count; i++) {
            assertTrue(one.cluster().send(two.id(), question, 0, 1));
            assertTrue(two.cluster().send(one.id(), question, 0, 1));
        }
        one.cluster().healLink(two.id());

        for (FakeServer server : servers) {
            eventually(() ->
                    server.messages.stream().filter(text -> text.endsWith("?")).count() == count);
        }
    }

    @Test
    void aListenerThatFailsIsToldAgain() throws IOException {
        List<FakeServer> servers = cluster.startNodes(2);
        eventually(() -> cluster.isSettled(servers, 1));
        servers.forEach(s -> s.failuresToCome.set(2));
        int port = cluster.freeBusPort();
        String seed = "127.0.0.1:" + servers.get(0).node.member.busPort();
        List<FakeServer> all = new ArrayList<>(servers);
        all.add(cluster.start(LocalCluster.member(2, port), LocalCluster.config(port, List.of(seed))));

        eventually(() -> cluster.isSettled(all, 1));
        assertTrue(servers.stream().allMatch(s -> s.failuresToCome.get() <= 0));
        assertTrue(servers.stream().allMatch(s -> s.seen.size() == 3));
        cluster.checkOnePrimaryPerSlot(all);
    }

    @Test
    @Timeout(120)
    void aNodeThatTheBusDoesNotBringBackJoinsAnew() throws IOException {
        List<FakeServer> servers = cluster.startNodes(3);
        eventually(() -> cluster.isSettled(servers, 1));
        servers.forEach(s -> s.node.mayLoseASplit = true);
        servers.forEach(s -> s.cluster().stopMerging());
        FakeServer alone = servers.get(2);
        List<FakeServer> majority = servers.subList(0, 2);
        majority.forEach(s -> alone.cluster().breakLink(s.node.member, LinkCut.BOTH));
        eventually(() -> alone.table().members().size() == 1 && cluster.isSettled(majority, 1));

        majority.forEach(s -> assertTrue(alone.cluster().healLink(s.id())));
        await().atMost(Duration.ofSeconds(80)).until(() -> cluster.isSettled(servers, 1));
        cluster.checkOnePrimaryPerSlot(servers);
    }

    @Test
    void nothingIsKeptForTheFormerLivesOfANode() throws IOException {
        List<FakeServer> servers = cluster.startNodes(2);
        FakeServer stays = servers.get(0);
        int port = servers.get(1).node.member.busPort();
        String seed = "127.0.0.1:" + stays.node.member.busPort();
        FakeServer life = servers.get(1);
        for (int lives = 0; lives < 4; lives++) {
            FakeServer present = life;
            eventually(() -> cluster.isSettled(List.of(stays, present), 1));
            cluster.kill(life);
            eventually(() -> cluster.isSettled(List.of(stays), 1));
            long saidUntilNs = System.nanoTime() + 600_000_000; // words go to the dead one meanwhile
            eventually(() -> System.nanoTime() > saidUntilNs);
            life = cluster.start(LocalCluster.member(1, port), LocalCluster.config(port, List.of(seed)));
        }
        FakeServer last = life;
        eventually(() -> cluster.isSettled(List.of(stays, last), 1));
        // To itself, to all, to the other, and to the address of either by which it was found.
        eventually(() -> stays.cluster().destinations() <= 5);
    }

    @Test
    void aSecondNodeWithTheSameIdIsRefused() throws IOException {
        List<FakeServer> servers = cluster.startNodes(2);
        eventually(() -> cluster.isSettled(servers, 1));
        int port = cluster.freeBusPort();
        String seed = "127.0.0.1:" + servers.get(0).node.member.busPort();
        FakeServer twin = cluster.new FakeServer(LocalCluster.member(1, port));
        try (Cluster started = Cluster.start(LocalCluster.config(port, List.of(seed)), twin.node.member, twin)) {
            twin.cluster = started;
            eventually(() -> !twin.refusals.isEmpty());
            String sentence = String.valueOf(twin.refusals.peek());
            assertTrue(sentence.contains("another node with id " + twin.id()), sentence);
            assertTrue(sentence.contains(servers.get(1).node.member.address()), sentence);
            assertTrue(cluster.isSettled(servers, 1), "the others go on undisturbed");
        }
    }

    @Test
    void aSecondNodeWithTheSameAddressIsRefused() throws IOException {
        List<FakeServer> servers = cluster.startNodes(1);
        eventually(() -> cluster.isSettled(servers, 1));
        Member first = servers.get(0).node.member;
        int port = cluster.freeBusPort();
        Member other = LocalCluster.member(9, port);
        Member clash = new Member(other.id(), 1, first.host(), first.port(), port, "", 1);
        String seed = "127.0.0.1:" + first.busPort();
        FakeServer second = cluster.start(clash, LocalCluster.config(port, List.of(seed)));
        eventually(() -> !second.refusals.isEmpty());
        assertTrue(String.valueOf(second.refusals.peek()).contains("same address"));
        assertEquals(List.of(first), servers.get(0).table().members());
    }

    @Test
    void aPortInUseIsSaidInOneSentence() throws IOException {
        int port = cluster.freeBusPort();
        for (int taken : List.of(port, port + 100)) {
            try (ServerSocket socket = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress())) {
                IOException e = assertThrows(
                        IOException.class,
                        () -> cluster.start(LocalCluster.member(1, port), LocalCluster.config(port, List.of())));
                String message = String.valueOf(e.getMessage());
                assertTrue(message.contains("port " + taken) && message.contains("already in use"), message);
                assertTrue(socket.isBound());
            }
        }
    }

    @Test
    void messagesArriveInOrderWithTheirSender() throws IOException {
        List<FakeServer> servers = cluster.startNodes(2);
        eventually(() -> cluster.isSettled(servers, 1));
        Cluster from = servers.get(0).cluster();
        List<String> expected = new ArrayList<>();
        Member sender = servers.get(0).node.member;
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = ("xx" + i).getBytes(StandardCharsets.UTF_8);
            assertTrue(from.send(servers.get(1).id(), bytes, 2, bytes.length - 2));
            expected.add(sender.id().hex().substring(0, 4) + "/" + sender.incarnation() + ":" + i);
        }
        eventually(() -> servers.get(1).messages.size() == 2000);
        assertEquals(expected, List.copyOf(servers.get(1).messages));
        assertTrue(servers.get(1).cluster().sendUnordered(sender.id(), new byte[] {'!'}, 0, 1));
        eventually(() -> servers.get(0).messages.size() == 1);
        assertFalse(from.send(Samples.member(77).id(), new byte[1], 0, 1), "nobody by that id");

        LinkStats link = from.links().get(servers.get(1).id());
        assertTrue(link.sentBytes() > 2000 && link.receivedBytes() > 0 && link.createTimeMs() > 0, link.toString());
    }

    @Test
    void aBigMessageArrivesWhole() throws IOException {
        List<FakeServer> servers = cluster.startNodes(2);
        eventually(() -> cluster.isSettled(servers, 1));
        byte[] big = "0123456789abcdef".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        assertTrue(servers.get(0).cluster().send(servers.get(1).id(), big, 0, big.length));
        eventually(() -> servers.get(1).messages.size() == 1);
        assertTrue(String.valueOf(servers.get(1).messages.peek()).endsWith(new String(big, StandardCharsets.UTF_8)));
    }

    @Test
    void onlyNodesWithTheSecretFormACluster() throws IOException {
        int firstPort = cluster.freeBusPort();
        String seed = "127.0.0.1:" + firstPort;
        FakeServer one = cluster.start(
                LocalCluster.member(1, firstPort),
                LocalCluster.config(firstPort, List.of()).withSecret("s3cret"));
        int port = cluster.freeBusPort();
        FakeServer two = cluster.start(
                LocalCluster.member(2, port),
                LocalCluster.config(port, List.of(seed)).withSecret("s3cret"));
        eventually(() -> cluster.isSettled(List.of(one, two), 1));

        int strangerPort = cluster.freeBusPort();
        FakeServer stranger = cluster.new FakeServer(LocalCluster.member(3, strangerPort));
        BusConfig wrong = LocalCluster.config(strangerPort, List.of(seed)).withSecret("wrong");
        IOException e = assertThrows(IOException.class, () -> Cluster.start(wrong, stranger.node.member, stranger));
        assertTrue(String.valueOf(e.getMessage()).contains("same cluster secret"), e.getMessage());
        assertEquals(2, one.table().members().size());
    }
}
