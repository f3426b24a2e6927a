"""Uploaded files, and what a preview found in them."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("casestudies", "0013_shared_cache"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='uploaded')),
                ('file', models.BinaryField(verbose_name='file')),
                ('file_name', models.CharField(max_length=200, verbose_name='name of the file')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('state', models.CharField(choices=[('reading', 'Being read'), ('previewed', 'Preview ready'), ('applying', 'Being applied'), ('applied', 'Applied'), ('refused', 'Could not be read'), ('failed', 'Interrupted by an error')], default='reading', max_length=9, verbose_name='state')),
                ('heartbeat', models.DateTimeField(null=True)),
                ('waiting_since', models.DateTimeField(default=django.utils.timezone.now)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('counts', models.JSONField(default=dict)),
                ('faults', models.JSONField(default=list)),
                ('notes', models.JSONField(default=list)),
                ('message', models.TextField(blank=True)),
                ('without_faulty', models.BooleanField(default=False)),
                ('applied_at', models.DateTimeField(null=True, verbose_name='applied')),
                ('applied_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='applied by')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['-created_at'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ImportedStudy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('slug', models.CharField(max_length=160)),
                ('title', models.CharField(max_length=200)),
                ('sheet', models.CharField(blank=True, max_length=100)),
                ('row', models.PositiveIntegerField()),
                ('status', models.CharField(blank=True, max_length=9)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('values', models.JSONField()),
                ('notes', models.JSONField(default=list)),
                ('suspects', models.JSONField(default=list)),
                ('is_faulty', models.BooleanField(default=False)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='studies', to='casestudies.importjob')),
            ],
            options={
                'ordering': ['position'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('job', 'position'), name='imported_study_once')],
            },
        ),
    ]
