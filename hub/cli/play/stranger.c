/* stranger - a certificate that nobody vouches for, as somebody would show who is not who he says.
 */
#include "hub/cli/play/stranger.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAME "lokethub-stranger-XXXXXX"
#define DAY_S 86400
#define SERIAL "\x01"

static bool set_up(gnutls_x509_crt_t cert, gnutls_x509_privkey_t key, const char *oin)
{
	time_t now = time(NULL);
	return gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
		       GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) == 0 &&
		gnutls_x509_crt_set_version(cert, 3) == 0 &&
		gnutls_x509_crt_set_serial(cert, SERIAL, 1) == 0 &&
		gnutls_x509_crt_set_activation_time(cert, now - 2 * DAY_S) == 0 &&
		gnutls_x509_crt_set_expiration_time(cert, now - DAY_S) == 0 &&
		gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, "stranger",
			(unsigned)strlen("stranger")) == 0 &&
		gnutls_x509_crt_set_dn_by_oid(cert, "2.5.4.5", 0, oin, (unsigned)strlen(oin)) ==
		0 && /* serialNumber */
		gnutls_x509_crt_set_key(cert, key) == 0 &&
		gnutls_x509_crt_sign2(cert, cert, key, GNUTLS_DIG_SHA256, 0) == 0;
}

static enum outcome write_file(const gnutls_datum_t *text, char path[64], struct err *err)
{
	const char *folder = getenv("TMPDIR");
	snprintf(path, 64, "%s/" NAME, folder != NULL && strlen(folder) < 30 ? folder : P_tmpdir);
	int fd = mkstemp(path);
	bool is_written = fd >= 0 && write(fd, text->data, text->size) == (ssize_t)text->size;
	if (fd >= 0)
		close(fd);
	else
		path[0] = '\0';
	return is_written ? OK : err_set(err, RETRY, "no file can be written to %s", P_tmpdir);
}

static enum outcome export_pair(
	struct stranger *out, gnutls_x509_crt_t cert, gnutls_x509_privkey_t key, struct err *err)
{
	gnutls_datum_t cert_text = {0}, key_text = {0};
	enum outcome outcome = RETRY;
	if (gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &cert_text) != 0 ||
		gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &key_text) != 0)
		err_set(err, RETRY, "no certificate could be made");
	else if (write_file(&cert_text, out->cert_file, err) == OK)
		outcome = write_file(&key_text, out->key_file, err);
	gnutls_free(cert_text.data);
	gnutls_free(key_text.data);
	return outcome;
}

enum outcome stranger_new(struct stranger *out, const char *oin, struct err *err)
{
	gnutls_x509_crt_t cert = NULL;
	gnutls_x509_privkey_t key = NULL;
	enum outcome outcome = RETRY;
	*out = (struct stranger){0};
	if (gnutls_x509_crt_init(&cert) != 0 || gnutls_x509_privkey_init(&key) != 0 ||
		!set_up(cert, key, oin))
		err_set(err, RETRY, "no certificate could be made");
	else
		outcome = export_pair(out, cert, key, err);
	gnutls_x509_crt_deinit(cert);
	gnutls_x509_privkey_deinit(key);
	if (outcome != OK)
		stranger_free(out);
	return outcome;
}

void stranger_free(struct stranger *stranger)
{
	if (stranger->cert_file[0] != '\0')
		unlink(stranger->cert_file);
	if (stranger->key_file[0] != '\0')
		unlink(stranger->key_file);
	*stranger = (struct stranger){0};
}
