package dev.keelson.chaos.sabotage;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Changes one method of a member as its class is loaded. Nothing in the product knows of it. */
public final class SabotageAgent {
  /** A method, and what stands in its stead. */
  private record Change(
      String className,
      Predicate<MethodModel> method,
      Consumer<CodeBuilder> code,
      boolean before) {}

  private SabotageAgent() {}

  /** Called by the JVM before the member's own main. */
  public static void premain(String argument, Instrumentation instrumentation) {
    Change change = change(Sabotage.valueOf(argument.toUpperCase(Locale.ROOT)));
    instrumentation.addTransformer(
        new ClassFileTransformer() {
          @Override
          public byte @Nullable [] transform(
              @Nullable ClassLoader loader,
              String className,
              @Nullable Class<?> old,
              @Nullable ProtectionDomain domain,
              byte[] bytes) {
            return className.equals(change.className()) ? changed(bytes, change) : null;
          }
        });
  }

  private static Change change(Sabotage sabotage) {
    return switch (sabotage) {
      case READS_WITHOUT_QUORUM ->
          new Change(
              "dev/keelson/api/etcdserverpb/RangeRequest",
              method -> method.methodName().equalsString("getSerializable"),
              code -> code.iconst_1().ireturn(),
              false);
      case WATCH_DROPS_EVENTS ->
          new Change(
              "dev/keelson/server/watch/WatcherIndex",
              method ->
                  method.methodName().equalsString("forEach")
                      && method.methodTypeSymbol().parameterCount() == 2,
              code ->
                  code.invokestatic(
                          ClassDesc.of("dev.keelson.chaos.sabotage.Dropper"),
                          "dropsThis",
                          MethodTypeDesc.of(ConstantDescs.CD_boolean))
                      .ifThen(CodeBuilder::return_),
              true);
      case ACK_BEFORE_SYNC ->
          new Change(
              "dev/keelson/storage/disk/PosixDisk$PosixFile",
              method -> method.methodName().equalsString("syncData"),
              CodeBuilder::return_,
              false);
    };
  }

  private static byte[] changed(byte[] bytes, Change change) {
    ClassFile classes = ClassFile.of();
    return classes.transformClass(
        classes.parse(bytes),
        ClassTransform.transformingMethods(
            change.method(),
            (builder, element) -> {
              if (!(element instanceof CodeModel model)) {
                builder.with(element);
              } else if (change.before()) {
                builder.withCode(
                    code -> {
                      change.code().accept(code);
                      model.forEach(code::with);
                    });
              } else {
                builder.withCode(change.code());
              }
            }));
  }
}
