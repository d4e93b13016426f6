package dev.keelson.conformance.cases;

import com.google.protobuf.ByteString;
import dev.keelson.api.authpb.Permission;
import dev.keelson.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.api.etcdserverpb.AuthUserAddRequest;
import dev.keelson.api.etcdserverpb.AuthUserChangePasswordRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/** Section 9.1 of the operations plane: on and off, users, roles. */
public final class AccountCases {
  /** bcrypt of "U*U" at cost 5, in base64. */
  private static final String HASH_OF_UU =
      Base64.getEncoder()
          .encodeToString(
              "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
                  .getBytes(StandardCharsets.US_ASCII));

  private AccountCases() {}

  public static List<Case> cases() {
    return Stream.of(
            Case.of("OPS-1", "a fresh store has it off", SignedIn.off(AccountCases::fresh))
                .tagged(Tag.NOT_ON_3_4, Tag.FRESH_MEMBER),
            Case.of("OPS-2", "nothing is on without root", SignedIn.off(AccountCases::noRoot)),
            Case.of("OPS-3", "nothing is on without its role", SignedIn.off(AccountCases::noRole)),
            Case.of("OPS-4", "the role needs no record", SignedIn.off(AccountCases::noRecord)),
            Case.of("OPS-5", "switching on twice", SignedIn.on(AccountCases::enableAgain)),
            Case.of("OPS-6", "switching off is one step", SignedIn.on(AccountCases::disable))
                .tagged(Tag.NOT_ON_3_4),
            Case.of("OPS-7", "no token counts while off", SignedIn.off(AccountCases::anyToken))
                .tagged(Tag.NOT_ON_3_4),
            Case.of("OPS-8", "nobody signs in while off", SignedIn.off(AccountCases::loginWhenOff)),
            Case.of("OPS-9", "everything is open while off", SignedIn.off(AccountCases::open)),
            Case.of("OPS-10", "each change is one step", SignedIn.off(AccountCases::steps))
                .tagged(Tag.NOT_ON_3_4),
            Case.of("OPS-11", "a role held already", SignedIn.off(AccountCases::roleAgain))
                .tagged(Tag.NOT_ON_3_4),
            Case.of(
                    "OPS-12",
                    "a permission granted already",
                    SignedIn.off(AccountCases::grantAgain))
                .tagged(Tag.NOT_ON_3_4),
            Case.of("OPS-13", "what fails is no step", SignedIn.off(AccountCases::failure))
                .tagged(Tag.NOT_ON_3_4),
            Case.of("OPS-14", "keys do not notice", SignedIn.off(AccountCases::storeRevision)),
            Case.of("OPS-15", "names must not be empty", SignedIn.off(AccountCases::emptyNames)),
            Case.of("OPS-16", "names are taken once", SignedIn.off(AccountCases::takenNames)),
            Case.of("OPS-17", "an empty password is one", SignedIn.on(AccountCases::emptyPassword)),
            Case.of("OPS-18", "users without password", SignedIn.on(AccountCases::noPassword)),
            Case.of("OPS-19", "a client's hash does not count", SignedIn.on(AccountCases::ownHash)),
            Case.of("OPS-20", "but for a change", SignedIn.on(AccountCases::changeToHash))
                .tagged(Tag.NOT_ON_3_4),
            Case.of("OPS-21", "neither password nor hash", SignedIn.on(AccountCases::changeToNone))
                .tagged(Tag.NOT_ON_3_4),
            Case.of("OPS-22", "what is no base64", SignedIn.on(AccountCases::badHash))
                .tagged(Tag.NOT_ON_3_4),
            Case.of("OPS-23", "73 bytes are too many", SignedIn.off(AccountCases::tooLong))
                .tagged(Tag.NOT_ON_3_4),
            Case.of("OPS-24", "unknown users", SignedIn.off(AccountCases::unknownUser)),
            Case.of("OPS-25", "unknown roles", SignedIn.off(AccountCases::unknownRole)),
            Case.of("OPS-26", "a role not held", SignedIn.off(AccountCases::notHeld)),
            Case.of("OPS-27", "root stays while it counts", SignedIn.on(AccountCases::keepRoot)),
            Case.of("OPS-28", "names come in order", SignedIn.off(AccountCases::order)),
            Case.of("OPS-29", "a deleted role is nobody's", SignedIn.off(AccountCases::deleteRole)),
            Case.of("OPS-30", "what root's role allows", SignedIn.off(AccountCases::rootRole))
                .tagged(Tag.NOT_ON_3_4),
            Case.of("OPS-31", "a grant of nothing", SignedIn.off(AccountCases::noPermission))
                .tagged(Tag.NOT_ON_3_4, Tag.CRASHES_3_4),
            Case.of("OPS-32", "ranges without keys", SignedIn.off(AccountCases::badRanges))
                .tagged(Tag.NOT_ON_3_4),
            Case.of("OPS-33", "only what was granted goes", SignedIn.off(AccountCases::partRange)),
            Case.of("OPS-34", "a grant replaces another", SignedIn.on(AccountCases::replace)),
            Case.of("OPS-35", "the role makes the root", SignedIn.on(AccountCases::otherRoot)))
        .map(one -> one.is(Tag.FRESH_MEMBER) ? one : one.tagged(Tag.WHOLE_STORE))
        .toList();
  }

  private static void fresh(Store store, Keys keys) {
    var status = new Accounts(store).status();
    Expect.isFalse(status.getEnabled(), "enabled");
    Expect.equal(1, status.getAuthRevision(), "authRevision");
  }

  private static void noRoot(Store store, Keys keys) {
    Expect.error(EtcdError.ROOT_USER_NOT_EXIST, new Accounts(store)::enable);
    store.put(keys.put("a", "still open"));
  }

  private static void noRole(Store store, Keys keys) {
    new Accounts(store).addUser("root");
    Expect.error(EtcdError.ROOT_ROLE_NOT_EXIST, new Accounts(store)::enable);
  }

  private static void noRecord(Store store, Keys keys) {
    var accounts = new Accounts(store);
    accounts.addUser("root", "root");
    Expect.equal(List.of(), accounts.roles(), "roles");
    accounts.enable();
    Expect.error(EtcdError.USER_EMPTY, () -> store.put(keys.put("a", "1")));
  }

  private static void enableAgain(SignedIn signedIn, Keys keys) {
    signedIn.accounts().enable();
    signedIn.accounts().addUser("u");
    Expect.error(EtcdError.PERMISSION_DENIED, new Accounts(signedIn.as("u"))::enable);
    Expect.error(EtcdError.USER_EMPTY, new Accounts(signedIn.anonymous())::enable);
  }

  private static void disable(SignedIn signedIn, Keys keys) {
    var anonymous = new Accounts(signedIn.anonymous());
    long before = anonymous.revision();
    signedIn.accounts().enable();
    Expect.equal(before, anonymous.revision(), "authRevision after enabling again");
    signedIn.accounts().disable();
    Expect.isFalse(anonymous.status().getEnabled(), "enabled");
    Expect.equal(before + 1, anonymous.revision(), "authRevision");
    anonymous.disable();
    Expect.equal(before + 1, anonymous.revision(), "authRevision after disabling again");
  }

  private static void anyToken(Store store, Keys keys) {
    var garbage = store.withToken("garbage");
    garbage.put(keys.put("a", "1"));
    Expect.equal("1", garbage.valueOf(keys.at("a")), "value");
    garbage.memberList();
  }

  private static void loginWhenOff(Store store, Keys keys) {
    new Accounts(store).addUser("u");
    Expect.error(EtcdError.AUTH_NOT_ENABLED, () -> new Accounts(store).login("u"));
  }

  private static void open(Store store, Keys keys) {
    long revision = store.put(keys.put("a", "1")).getHeader().getRevision();
    store.compact(revision);
    store.memberList();
    store.status();
  }

  private static void steps(Store store, Keys keys) {
    var accounts = new Accounts(store);
    long before = accounts.revision();
    long step = 0;
    for (Runnable change :
        List.<Runnable>of(
            () -> accounts.addUser("u"),
            () -> accounts.addRole("r"),
            () -> accounts.grantRole("u", "r"),
            () -> accounts.grant("r", Permission.Type.READ, "k", ""),
            () -> accounts.revoke("r", "k", ""),
            () -> accounts.revokeRole("u", "r"),
            () -> accounts.changePassword("u", "other"),
            () -> accounts.deleteRole("r"),
            () -> accounts.deleteUser("u"))) {
      change.run();
      Expect.equal(before + ++step, accounts.revision(), "authRevision after change " + step);
    }
  }

  private static void roleAgain(Store store, Keys keys) {
    var accounts = new Accounts(store);
    accounts.addUserWithRole("a");
    long before = accounts.revision();
    accounts.grantRole("a", "a");
    Expect.equal(before, accounts.revision(), "authRevision");
  }

  private static void grantAgain(Store store, Keys keys) {
    var accounts = new Accounts(store);
    accounts.addRole("a");
    accounts.grant("a", Permission.Type.READ, "k", "");
    long before = accounts.revision();
    accounts.grant("a", Permission.Type.READ, "k", "");
    Expect.equal(before + 1, accounts.revision(), "authRevision");
    Expect.equal(1, accounts.role("a").getPermCount(), "permissions");
  }

  private static void failure(Store store, Keys keys) {
    var accounts = new Accounts(store);
    accounts.addUser("u");
    long before = accounts.revision();
    Expect.error(EtcdError.USER_ALREADY_EXIST, () -> accounts.addUser("u"));
    Expect.error(EtcdError.ROLE_NOT_FOUND, () -> accounts.grantRole("u", "nothing"));
    Expect.equal(before, accounts.revision(), "authRevision");
  }

  private static void storeRevision(Store store, Keys keys) {
    long before = store.put(keys.put("a", "1")).getHeader().getRevision();
    var accounts = new Accounts(store);
    accounts.addUserWithRole("a");
    accounts.grant("a", Permission.Type.READ, "k", "");
    accounts.deleteRole("a");
    Expect.equal(before, store.revision(), "revision");
    Expect.equal(
        before,
        store
            .auth()
            .userAdd(AuthUserAddRequest.newBuilder().setName("b").setPassword("b").build())
            .getHeader()
            .getRevision(),
        "header revision");
  }

  private static void emptyNames(Store store, Keys keys) {
    Expect.error(EtcdError.USER_EMPTY, () -> new Accounts(store).addUser(""));
    Expect.error(EtcdError.ROLE_EMPTY, () -> new Accounts(store).addRole(""));
  }

  private static void takenNames(Store store, Keys keys) {
    var accounts = new Accounts(store);
    accounts.addUserWithRole("a");
    Expect.error(EtcdError.USER_ALREADY_EXIST, () -> accounts.addUser("a"));
    Expect.error(EtcdError.ROLE_ALREADY_EXIST, () -> accounts.addRole("a"));
  }

  private static void emptyPassword(SignedIn signedIn, Keys keys) {
    signedIn.accounts().addUserWith(AuthUserAddRequest.newBuilder().setName("u"));
    Expect.isFalse(new Accounts(signedIn.anonymous()).login("u", "").isEmpty(), "an empty token");
  }

  private static void noPassword(SignedIn signedIn, Keys keys) {
    signedIn.accounts().addUserWithoutPassword("u");
    for (String password : List.of("", "any")) {
      Expect.error(
          EtcdError.NO_PASSWORD_USER,
          () -> new Accounts(signedIn.anonymous()).login("u", password));
    }
  }

  private static void ownHash(SignedIn signedIn, Keys keys) {
    signedIn
        .accounts()
        .addUserWith(
            AuthUserAddRequest.newBuilder()
                .setName("u")
                .setPassword("mine")
                .setHashedPassword(HASH_OF_UU));
    new Accounts(signedIn.anonymous()).login("u", "mine");
    Expect.error(EtcdError.AUTH_FAILED, () -> new Accounts(signedIn.anonymous()).login("u", "U*U"));
  }

  private static void changeToHash(SignedIn signedIn, Keys keys) {
    signedIn.accounts().addUser("u");
    signedIn
        .accounts()
        .changePassword(
            AuthUserChangePasswordRequest.newBuilder().setName("u").setHashedPassword(HASH_OF_UU));
    new Accounts(signedIn.anonymous()).login("u", "U*U");
  }

  private static void changeToNone(SignedIn signedIn, Keys keys) {
    signedIn.accounts().addUser("u");
    signedIn.accounts().changePassword("u", "");
    for (String password : List.of("", Accounts.password("u"))) {
      Expect.error(
          EtcdError.AUTH_FAILED, () -> new Accounts(signedIn.anonymous()).login("u", password));
    }
  }

  private static void badHash(SignedIn signedIn, Keys keys) {
    signedIn.accounts().addUser("u");
    long before = signedIn.accounts().revision();
    Expect.error(
        EtcdError.NO_PASSWORD_USER,
        () ->
            signedIn
                .accounts()
                .changePassword(
                    AuthUserChangePasswordRequest.newBuilder()
                        .setName("u")
                        .setHashedPassword("!!")));
    Expect.equal(before, signedIn.accounts().revision(), "authRevision");
    signedIn.as("u");
  }

  private static void tooLong(Store store, Keys keys) {
    Expect.error(
        EtcdError.PASSWORD_TOO_LONG,
        () ->
            new Accounts(store)
                .addUserWith(
                    AuthUserAddRequest.newBuilder().setName("u").setPassword("x".repeat(73))));
    new Accounts(store)
        .addUserWith(AuthUserAddRequest.newBuilder().setName("u").setPassword("x".repeat(72)));
  }

  private static void unknownUser(Store store, Keys keys) {
    var accounts = new Accounts(store);
    accounts.addRole("a");
    for (Runnable call :
        List.<Runnable>of(
            () -> accounts.rolesOf("u"),
            () -> accounts.deleteUser("u"),
            () -> accounts.changePassword("u", "p"),
            () -> accounts.grantRole("u", "a"),
            () -> accounts.revokeRole("u", "a"))) {
      Expect.error(EtcdError.USER_NOT_FOUND, call);
    }
  }

  private static void unknownRole(Store store, Keys keys) {
    var accounts = new Accounts(store);
    accounts.addUser("u");
    for (Runnable call :
        List.<Runnable>of(
            () -> accounts.role("a"),
            () -> accounts.deleteRole("a"),
            () -> accounts.grant("a", Permission.Type.READ, "k", ""),
            () -> accounts.revoke("a", "k", ""),
            () -> accounts.grantRole("u", "a"))) {
      Expect.error(EtcdError.ROLE_NOT_FOUND, call);
    }
  }

  private static void notHeld(Store store, Keys keys) {
    var accounts = new Accounts(store);
    accounts.addUser("u");
    accounts.addRole("a");
    Expect.error(EtcdError.ROLE_NOT_GRANTED, () -> accounts.revokeRole("u", "a"));
  }

  private static void keepRoot(SignedIn signedIn, Keys keys) {
    signedIn.accounts().addRole("root");
    for (Runnable call : takingRootAway(signedIn.accounts())) {
      Expect.error(EtcdError.INVALID_AUTH_MGMT, call);
    }
    signedIn.accounts().disable();
    takingRootAway(new Accounts(signedIn.anonymous())).forEach(Runnable::run);
  }

  private static List<Runnable> takingRootAway(Accounts accounts) {
    return List.of(
        () -> accounts.revokeRole("root", "root"),
        () -> accounts.deleteRole("root"),
        () -> accounts.deleteUser("root"));
  }

  private static void order(Store store, Keys keys) {
    var accounts = new Accounts(store);
    for (String role : List.of("z", "y")) {
      accounts.addRole(role);
    }
    for (String user : List.of("c", "a", "b")) {
      accounts.addUser(user);
    }
    accounts.grantRole("a", "z");
    accounts.grantRole("a", "y");
    Expect.equal(List.of("a", "b", "c"), accounts.users(), "users");
    Expect.equal(List.of("y", "z"), accounts.rolesOf("a"), "roles of a user");
    Expect.equal(List.of("y", "z"), accounts.roles(), "roles");
  }

  private static void deleteRole(Store store, Keys keys) {
    var accounts = new Accounts(store);
    accounts.addRole("a");
    accounts.addUser("u1", "a");
    accounts.addUser("u2", "a");
    accounts.deleteRole("a");
    Expect.equal(List.of(), accounts.rolesOf("u1"), "roles of the first");
    Expect.equal(List.of(), accounts.rolesOf("u2"), "roles of the second");
  }

  private static void rootRole(Store store, Keys keys) {
    var accounts = new Accounts(store);
    accounts.addRole("root");
    Expect.equal(
        List.of(
            Permission.newBuilder()
                .setPermType(Permission.Type.READWRITE)
                .setRangeEnd(Keys.NO_END)
                .build()),
        accounts.role("root").getPermList(),
        "permissions");
  }

  private static void noPermission(Store store, Keys keys) {
    new Accounts(store).addRole("a");
    Expect.error(
        EtcdError.PERMISSION_NOT_GIVEN,
        () ->
            store
                .auth()
                .roleGrantPermission(
                    AuthRoleGrantPermissionRequest.newBuilder().setName("a").build()));
    store.put(keys.put("a", "still there"));
  }

  private static void badRanges(Store store, Keys keys) {
    var accounts = new Accounts(store);
    accounts.addRole("a");
    accounts.grant("a", Permission.Type.READ, ByteString.copyFromUtf8("a"), Keys.NO_END);
    for (List<String> range : List.of(List.of("", ""), List.of("b", "a"), List.of("a", "a"))) {
      Expect.error(
          EtcdError.INVALID_AUTH_MGMT,
          () -> accounts.grant("a", Permission.Type.READ, range.getFirst(), range.getLast()));
    }
  }

  private static void partRange(Store store, Keys keys) {
    var accounts = new Accounts(store);
    accounts.addRole("r");
    accounts.grant("r", Permission.Type.READ, "a", "c");
    Expect.error(EtcdError.PERMISSION_NOT_GRANTED, () -> accounts.revoke("r", "a", "b"));
    accounts.revoke("r", "a", "c");
  }

  private static void replace(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.READ, keys, "k", "");
    user.range(keys.get("k"));
    signedIn.accounts().grant("u", Permission.Type.WRITE, keys.at("k"), ByteString.EMPTY);
    Expect.equal(
        List.of(
            Permission.newBuilder()
                .setPermType(Permission.Type.WRITE)
                .setKey(keys.at("k"))
                .build()),
        signedIn.accounts().role("u").getPermList(),
        "permissions");
    Expect.error(EtcdError.PERMISSION_DENIED, () -> user.range(keys.get("k")));
  }

  private static void otherRoot(SignedIn signedIn, Keys keys) {
    signedIn.accounts().addUser("admin2", "root");
    Store admin = signedIn.as("admin2");
    new Accounts(admin).addUser("v");
    admin.range(keys.get("anything"));
  }
}
