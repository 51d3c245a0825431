package dev.rondo.membership;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jgroups.JChannel;
import org.jgroups.conf.ProtocolConfiguration;
import org.jgroups.conf.ProtocolStackConfigurator;
import org.jgroups.protocols.SYM_ENCRYPT;
import org.jgroups.stack.Protocol;

/**
 * The JGroups protocols of the bus and their settings, made from a {@link BusConfig}. Nothing is multicast, nothing
 * listens beyond the bind address, and JGroups's diagnostics are off. One use, one thread.
 *
 * <p>Why these settings: {@code TCP_NIO2} does not let one frozen peer stall the others as {@code TCP} does; {@code
 * FD_SOCK2} sees a killed process by its closed socket, {@code FD_ALL3} a hung one by its silence.
 */
final class BusStack implements ProtocolStackConfigurator {

    /** How often a node asks a coordinator that answered to let it in. */
    static final int JOIN_ATTEMPTS = 6;

    /**
     * A link that brings nothing for so long, without the member leaving the view, may lose messages, and stands still
     * for 10 s more when it is mended. JGroups's own 10 s are shorter than many a broken link lasts.
     */
    private static final int CONNECTION_EXPIRY_MS = 300_000;

    /** Whoever dropped out of the view is told of it for an hour; for so long its address must be known. */
    private static final int ADDRESS_EXPIRY_MS = 3_600_000;

    private static final int KEY_ITERATIONS = 100_000;
    private static final int KEY_BITS = 256;
    /** A node that knows nobody to look for need not wait for answers. */
    private static final int ALONE_JOIN_TIMEOUT_MS = 20;

    private final BusConfig config;
    private final List<ProtocolConfiguration> protocols = new ArrayList<>();

    private BusStack(BusConfig config) {
        this.config = config;
        add(BreakableTransport.class.getName(), transport(config));
        add(SeedDiscovery.class.getName(), discovery(config));
        add("MERGE3", "min_interval", "1000", "max_interval", "3000");
        add(BreakableDetection.class.getName(), socketDetection(config));
        String interval = Integer.toString(Math.max(50, config.heartbeatTimeoutMs() / 4));
        add(
                SignsOfLife.class.getName(),
                "timeout",
                Integer.toString(config.heartbeatTimeoutMs()),
                "interval",
                interval);
        add("VERIFY_SUSPECT2", "timeout", "200");
        if (config.secret() != null) {
            String iv = Integer.toString(GcmEncrypt.IV_BYTES);
            add(GcmEncrypt.class.getName(), "sym_algorithm", GcmEncrypt.ALGORITHM, "sym_iv_length", iv);
        }
        add("NAKACK4", "use_mcast_xmit", "false", "capacity", "2048", "preview_warning", "false");
        String expiry = Integer.toString(CONNECTION_EXPIRY_MS);
        add("UNICAST4", "capacity", "2048", "preview_warning", "false", "conn_expiry_timeout", expiry);
        Map<String, String> gms = new LinkedHashMap<>();
        gms.put("print_local_addr", "false");
        gms.put("print_physical_addrs", "false");
        gms.put("join_timeout", Integer.toString(hasOthers(config) ? config.joinTimeoutMs() : ALONE_JOIN_TIMEOUT_MS));
        gms.put("max_join_attempts", Integer.toString(JOIN_ATTEMPTS));
        gms.put("view_ack_collection_timeout", "2000");
        gms.put("log_view_warnings", "false");
        add("pbcast.GMS", gms);
        add("FRAG4", "frag_size", "60000");
    }

    private static Map<String, String> discovery(BusConfig config) {
        Map<String, String> seeds = new LinkedHashMap<>();
        seeds.put("initial_hosts", initialHosts(config));
        seeds.put("port_range", "0");
        seeds.put("async_discovery", "true");
        seeds.put("return_entire_cache", "true");
        return seeds;
    }

    /**
     * The word of a closed socket is spread unreliably, so it is repeated often; JGroups's own 5 s are far too long.
     */
    private static Map<String, String> socketDetection(BusConfig config) {
        Map<String, String> detection = new LinkedHashMap<>();
        detection.put("bind_addr", config.bindHost());
        detection.put("offset", Integer.toString(BusConfig.FAILURE_PORT_OFFSET));
        detection.put("port_range", "0");
        detection.put("connect_timeout", "300");
        detection.put("suspect_msg_interval", "300");
        return detection;
    }

    private static Map<String, String> transport(BusConfig config) {
        Map<String, String> tcp = new LinkedHashMap<>();
        tcp.put("bind_addr", config.bindHost());
        tcp.put("bind_port", Integer.toString(config.busPort()));
        tcp.put("port_range", "0");
        tcp.put("tcp_nodelay", "true");
        tcp.put("sock_conn_timeout", "300");
        tcp.put("max_send_buffers", "256");
        tcp.put("bundler_type", MemberBundler.class.getName());
        tcp.put("bundler.use_single_sender_thread", "false");
        tcp.put("bundler.max_size", "64K");
        tcp.put("bundler.capacity", "16k");
        tcp.put("bundler.remove_delay", "2000");
        tcp.put("thread_pool.max_threads", "200");
        tcp.put("use_virtual_threads", "false");
        tcp.put("log_details", "false");
        tcp.put("diag.enabled", "false");
        tcp.put("logical_addr_cache_expiration", Integer.toString(ADDRESS_EXPIRY_MS));
        return tcp;
    }

    /**
     * Makes the channel, not yet connected.
     *
     * @throws IOException with one plain sentence when a port is taken or the address is not local
     * @throws Exception when JGroups refuses its configuration
     */
    static JChannel open(BusConfig config) throws Exception {
        checkPort(config, config.busPort(), "bus port " + config.busPort());
        int failurePort = config.busPort() + BusConfig.FAILURE_PORT_OFFSET;
        checkPort(config, failurePort, "failure detection port " + failurePort + " (bus port + 100)");
        return new JChannel(new BusStack(config));
    }

    /** JGroups's own error for a taken port is hard to read, so ask first. */
    private static void checkPort(BusConfig config, int port, String what) throws IOException {
        InetAddress address;
        try {
            address = InetAddress.getByName(config.bindHost());
        } catch (IOException e) {
            throw new IOException("the bus address " + config.bindHost() + " cannot be resolved", e);
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            boolean taken = e.getMessage() != null && e.getMessage().contains("in use");
            throw new IOException(
                    taken
                            ? what + " is already in use"
                            : "cannot listen on " + config.bindHost() + " for " + what + ": " + e.getMessage(),
                    e);
        }
    }

    /** Whether there are other nodes to look for. */
    static boolean hasOthers(BusConfig config) {
        String self = config.bindHost() + ":" + config.busPort();
        return config.seeds().stream().anyMatch(seed -> !seed.equals(self));
    }

    /** Whether this node's address comes before those of its seeds, by port and then by name. */
    static boolean isFirst(BusConfig config) {
        Comparator<String> order = Comparator.comparingInt(
                        (String address) -> Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)))
                .thenComparing(Comparator.naturalOrder());
        String self = config.bindHost() + ":" + config.busPort();
        return config.seeds().stream().allMatch(seed -> order.compare(self, seed) <= 0);
    }

    /** The seeds in JGroups's notation, {@code host[port],host[port]}. */
    private static String initialHosts(BusConfig config) {
        StringBuilder hosts = new StringBuilder();
        for (String seed : config.seeds()) {
            int colon = seed.lastIndexOf(':');
            hosts.append(hosts.isEmpty() ? "" : ",")
                    .append(seed, 0, colon)
                    .append('[')
                    .append(seed, colon + 1, seed.length())
                    .append(']');
        }
        return hosts.isEmpty() ? config.bindHost() + "[" + config.busPort() + "]" : hosts.toString();
    }

    private void add(String name, String... settings) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            properties.put(settings[i], settings[i + 1]);
        }
        add(name, properties);
    }

    private void add(String name, Map<String, String> properties) {
        protocols.add(new ProtocolConfiguration(name, properties));
    }

    @Override
    public void afterCreation(Protocol protocol) throws GeneralSecurityException {
        if (protocol instanceof SeedDiscovery discovery) {
            discovery.founder(isFirst(config));
        }
        if (protocol instanceof SYM_ENCRYPT encrypt) {
            encrypt.setSecretKey(key(config));
        }
    }

    /** The key follows from secret and cluster name, so that all nodes find the same one. */
    private static SecretKey key(BusConfig config) throws GeneralSecurityException {
        char[] secret = String.valueOf(config.secret()).toCharArray();
        byte[] salt = ("rondo bus " + config.clusterName()).getBytes(StandardCharsets.UTF_8);
        PBEKeySpec spec = new PBEKeySpec(secret, salt, KEY_ITERATIONS, KEY_BITS);
        byte[] bytes = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(spec)
                .getEncoded();
        return new SecretKeySpec(bytes, "AES");
    }

    @Override
    public String getProtocolStackString() {
        return protocols.toString();
    }

    @Override
    public List<ProtocolConfiguration> getProtocolStack() {
        return protocols;
    }
}
