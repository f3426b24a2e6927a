"""Indexes for the orders of a list and for the beginnings of places' names."""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casestudies', '0004_collection_revision'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='place',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('name'), 'text_pattern_ops'), name='place_name_beginning'),
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=models.Index(models.OrderBy(models.F('period_start'), descending=True, nulls_last=True), models.F('title_order_en'), models.F('case_study'), name='search_entry_newest_en'),
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=models.Index(models.OrderBy(models.F('period_start'), descending=True, nulls_last=True), models.F('title_order_ru'), models.F('case_study'), name='search_entry_newest_ru'),
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=models.Index(models.F('title_order_en'), models.F('case_study'), name='search_entry_title_en'),
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=models.Index(models.F('title_order_ru'), models.F('case_study'), name='search_entry_title_ru'),
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=models.Index(models.F('country_order_en'), models.F('title_order_en'), models.F('case_study'), name='search_entry_country_en'),
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=models.Index(models.F('country_order_ru'), models.F('title_order_ru'), models.F('case_study'), name='search_entry_country_ru'),
        ),
    ]
