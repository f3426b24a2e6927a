"""What questions are understood by: a thesaurus, other names, the words of the texts, and links as lexemes."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casestudies', '0002_search_and_integrity'),
    ]

    operations = [
        TrigramExtension(),
        # Words as they are written, compounds such as "co-operation" whole; numbers and addresses are no words.
        migrations.RunSQL(
            [
                "CREATE TEXT SEARCH CONFIGURATION handbook_words (COPY = pg_catalog.simple)",
                "ALTER TEXT SEARCH CONFIGURATION handbook_words"
                " ALTER MAPPING FOR asciiword, word, asciihword, hword, hword_asciipart, hword_part"
                " WITH unaccent, simple",
                "ALTER TEXT SEARCH CONFIGURATION handbook_words DROP MAPPING FOR"
                " email, url, host, sfloat, version, url_path, file, float, int, uint, numword, numhword, hword_numpart",
            ],
            "DROP TEXT SEARCH CONFIGURATION handbook_words",
        ),
        migrations.CreateModel(
            name='Concept',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True, verbose_name='code')),
                ('expressions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='Words that mean the same, one a line, in base form. A search for any finds all.', size=None, verbose_name='expressions')),
                ('expressions_en', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='Words that mean the same, one a line, in base form. A search for any finds all.', null=True, size=None, verbose_name='expressions')),
                ('expressions_ru', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='Words that mean the same, one a line, in base form. A search for any finds all.', null=True, size=None, verbose_name='expressions')),
                ('narrower', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='More specific words that a search for the above finds too, but not vice versa.', size=None, verbose_name='narrower expressions')),
                ('narrower_en', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='More specific words that a search for the above finds too, but not vice versa.', null=True, size=None, verbose_name='narrower expressions')),
                ('narrower_ru', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='More specific words that a search for the above finds too, but not vice versa.', null=True, size=None, verbose_name='narrower expressions')),
            ],
            options={
                'verbose_name': 'thesaurus concept',
                'verbose_name_plural': 'thesaurus',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('word', models.TextField(db_collation='C', primary_key=True, serialize=False)),
                ('studies', models.PositiveIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name='convention',
            name='alternative_names',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='Former, short, long and popular names, acronyms, adjectives: one a line, for searching.', size=None, verbose_name='other names'),
        ),
        migrations.AddField(
            model_name='convention',
            name='alternative_names_en',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='Former, short, long and popular names, acronyms, adjectives: one a line, for searching.', null=True, size=None, verbose_name='other names'),
        ),
        migrations.AddField(
            model_name='convention',
            name='alternative_names_ru',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='Former, short, long and popular names, acronyms, adjectives: one a line, for searching.', null=True, size=None, verbose_name='other names'),
        ),
        migrations.AddField(
            model_name='country',
            name='alternative_names',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='Former, short, long and popular names, acronyms, adjectives: one a line, for searching.', size=None, verbose_name='other names'),
        ),
        migrations.AddField(
            model_name='country',
            name='alternative_names_en',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='Former, short, long and popular names, acronyms, adjectives: one a line, for searching.', null=True, size=None, verbose_name='other names'),
        ),
        migrations.AddField(
            model_name='country',
            name='alternative_names_ru',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='Former, short, long and popular names, acronyms, adjectives: one a line, for searching.', null=True, size=None, verbose_name='other names'),
        ),
        migrations.AddField(
            model_name='region',
            name='alternative_names',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='Former, short, long and popular names, acronyms, adjectives: one a line, for searching.', size=None, verbose_name='other names'),
        ),
        migrations.AddField(
            model_name='region',
            name='alternative_names_en',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='Former, short, long and popular names, acronyms, adjectives: one a line, for searching.', null=True, size=None, verbose_name='other names'),
        ),
        migrations.AddField(
            model_name='region',
            name='alternative_names_ru',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='Former, short, long and popular names, acronyms, adjectives: one a line, for searching.', null=True, size=None, verbose_name='other names'),
        ),
        migrations.AddField(
            model_name='searchentry',
            name='headings',
            field=django.contrib.postgres.search.SearchVectorField(default=''),
            preserve_default=False,
        ),
        migrations.RunSQL(
            # Links stand in short vectors, kept in the row as they are: reading them must not decompress anything.
            "ALTER TABLE casestudies_searchentry ALTER COLUMN headings SET STORAGE MAIN",
            "ALTER TABLE casestudies_searchentry ALTER COLUMN headings SET STORAGE EXTENDED",
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['headings'], name='search_entry_headings'),
        ),
        migrations.AddIndex(
            model_name='searchword',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('word'), 'gin_trgm_ops'), name='search_word_trigrams'),
        ),
    ]
