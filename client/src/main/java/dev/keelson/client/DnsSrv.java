package dev.keelson.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/**
 * SRV records by the JDK's own DNS client.
 *
 * @param server {@code dns:} for the machine's servers, or {@code dns://host:port}
 */
record DnsSrv(String server, String domain, boolean tls) implements EndpointSource {
  private static final String TIMEOUT_MILLIS = "2000";

  @Override
  public List<String> endpoints() {
    String name = (tls ? "_etcd-client-ssl._tcp." : "_etcd-client._tcp.") + domain;
    try {
      return lookup(name);
    } catch (NamingException e) {
      throw new IllegalStateException("no SRV records of " + name + ": " + e.getMessage(), e);
    }
  }

  @SuppressWarnings("BanJNDI") // the DNS context gives texts, it makes no objects of them
  private List<String> lookup(String name) throws NamingException {
    var context = new InitialDirContext(environment());
    try {
      Attribute records = context.getAttributes(name, new String[] {"SRV"}).get("SRV");
      var found = new ArrayList<Target>();
      for (int i = 0; records != null && i < records.size(); i++) {
        found.add(Target.parse(records.get(i).toString()));
      }
      found.sort(Comparator.comparingInt(Target::priority));
      return found.stream().map(target -> target.url(tls)).toList();
    } finally {
      context.close();
    }
  }

  @SuppressWarnings("JdkObsolete") // JNDI takes no other map
  private Hashtable<String, String> environment() {
    var environment = new Hashtable<String, String>();
    environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    environment.put(Context.PROVIDER_URL, server);
    environment.put("com.sun.jndi.dns.timeout.initial", TIMEOUT_MILLIS);
    return environment;
  }

  /** {@code priority weight port target}, as a zone file writes it. */
  private record Target(int priority, int port, String host) {
    static Target parse(String text) {
      String[] parts = text.trim().split("\\s+", -1);
      if (parts.length != 4) {
        throw new IllegalStateException("not an SRV record: " + text);
      }
      String host =
          parts[3].endsWith(".") ? parts[3].substring(0, parts[3].length() - 1) : parts[3];
      return new Target(Integer.parseInt(parts[0]), Integer.parseInt(parts[2]), host);
    }

    String url(boolean tls) {
      return (tls ? "https://" : "http://") + host + ":" + port;
    }
  }
}
