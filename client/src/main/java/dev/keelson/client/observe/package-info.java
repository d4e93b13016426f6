/**
 * What a client does, told to the libraries that programs measure and trace with. Those are
 * optional: a program that uses a class here brings its library.
 */
@NullMarked
package dev.keelson.client.observe;

import org.jspecify.annotations.NullMarked;
